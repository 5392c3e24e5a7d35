//! Connections that can be reset, and bodies that end early.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A handle that resets a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResetSwitch(Arc<AtomicBool>);

impl ResetSwitch {
    /// Resets the connection at its next write.
    pub(crate) fn reset(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_reset(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A connection that can be reset.
#[derive(Debug)]
pub(crate) struct ResettableConnection {
    stream: TcpStream,
    switch: ResetSwitch,
}

impl ResettableConnection {
    pub(crate) fn new(stream: TcpStream, switch: ResetSwitch) -> Self {
        // Nagle's algorithm delays small responses. If it cannot be disabled, responses are slower.
        let _ = stream.set_nodelay(true);
        Self { stream, switch }
    }

    fn writable(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        if self.switch.is_reset() {
            Err(io::ErrorKind::ConnectionReset.into())
        } else {
            Ok(Pin::new(&mut self.stream))
        }
    }
}

impl Drop for ResettableConnection {
    fn drop(&mut self) {
        if self.switch.is_reset() {
            // Closing without lingering sends RST instead of FIN.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for ResettableConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for ResettableConnection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.writable()?.poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writable()?.poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.writable()?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.writable()?.poll_shutdown(context)
    }
}

/// A body that announces its full length and fails after its first bytes.
#[derive(Debug)]
pub(crate) struct TruncatedBody {
    bytes: Bytes,
    kept: usize,
    stage: TruncationStage,
}

#[derive(Debug)]
enum TruncationStage {
    Start,
    /// hyper flushes the first bytes only when the body is pending.
    Flush,
    End,
}

impl TruncatedBody {
    /// Keeps the first `kept` bytes, or all but the last byte if there are no more.
    pub(crate) fn new(bytes: Bytes, kept: usize) -> Self {
        let kept = kept.min(bytes.len().saturating_sub(1));
        Self { bytes, kept, stage: TruncationStage::Start }
    }
}

impl Body for TruncatedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.stage {
            TruncationStage::Start => {
                self.stage = TruncationStage::Flush;
                Poll::Ready(Some(Ok(Frame::data(self.bytes.slice(..self.kept)))))
            }
            TruncationStage::Flush => {
                self.stage = TruncationStage::End;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            TruncationStage::End => Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into()))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}
