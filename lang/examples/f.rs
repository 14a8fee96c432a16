//! tmp
fn main(){ for p in std::env::args().skip(1) { let t=std::fs::read_to_string(&p).unwrap(); match wardlaw_lang::format(wardlaw_lang::FileId(0), &t) { Ok(o)=>print!("{o}"), Err(d)=>{ println!("ERR {p}: {:#?}", d.iter().take(3).map(|d| (&d.message, wardlaw_lang::source::line_column(&t, d.span.start as usize))).collect::<Vec<_>>()) } } } }
