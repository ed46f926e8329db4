use icdraft_mention::*; use icdraft_codeset::*;
fn main(){ let t=std::time::Instant::now(); let set=CodeSet::embedded(); println!("set {:?}",t.elapsed());
 let t=std::time::Instant::now(); let term=match Terminology::new(&set,Procedures::Lexicon){Ok(t)=>t,Err(e)=>{println!("{e}");return}}; println!("term {:?} patterns {} procs {} dropped {:?}",t.elapsed(),term.patterns(),term.procedures().len(),term.dropped());
 let p=std::env::args().nth(1).unwrap(); let owned=std::fs::read_to_string(&p).unwrap(); let text:&str=&owned;
 let note=icdraft_note::Note{id:"x".into(),text:text.to_string(),..Default::default()};
 let t=std::time::Instant::now(); let a=Annotation::of(&term,&note,Default::default()); println!("annot {:?}",t.elapsed());
 for _ in 0..20 { let t=std::time::Instant::now(); let a=Annotation::of(&term,&note,Default::default()); let e=t.elapsed(); if a.mentions.len()==0 {println!("{e:?}");} }
 let t=std::time::Instant::now(); for _ in 0..100 { let _=Annotation::of(&term,&note,Default::default());} println!("each {:?}",t.elapsed()/100);
 for m in &a.mentions { println!("{:?} {:?} {:?} {:?} {:?}", &text[m.span], term.concept(m.concept).meaning, m.assertion.against(), m.laterality.map(|l|(l.side,l.source)), a.outline.sections[m.section].kind); }
 println!("{}", std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l|l.starts_with("VmHWM")).unwrap());
}
