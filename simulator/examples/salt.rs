use isometric_registry_simulator::Simulator;
fn main() {
        let s = Simulator::builder().start().unwrap();
        let b: Vec<_> = s.batches().collect();
        let st = |i: usize| b[i].status.to_string();
        let par = |i: usize| b[i].parent_id.as_ref().and_then(|p| b.iter().position(|x| x.id == *p));
        if st(18) == "retired" && st(19) == "split" && par(20) == Some(19) && par(18) == par(19)
            && par(18).and_then(par).is_some() && par(18).and_then(par).and_then(par).is_none() {
            println!("{:?} 20={} 21={} own18={} owner19={} {} {} {}", par(18), st(20), st(21), b[18].owner.name, b[19].owner.name, b[18].size.credit_kgs, b[18].beneficiary.as_ref().unwrap().name, b[18].carbon_removal_data.is_some());
            println!("{}", serde_json::to_string_pretty(&b[18]).unwrap());
            for i in 10..26 { println!("{i} {} parent {:?} {} {}", st(i), par(i), b[i].owner.name, b[i].size.credit_kgs); }
        }
}
