//! Baseline: a program of plain `std` that speaks the Runtime API by hand and always answers the same.
//!
//! What a process, a connection and two HTTP messages cost, and nothing else.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

const ANSWER: &str = r#"{"statusCode":200,"headers":{"content-type":"text/xml"},"body":"<Response/>"}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let host = std::env::var("AWS_LAMBDA_RUNTIME_API")?;
    let mut stream = TcpStream::connect(&host)?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let next = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: {host}\r\n\r\n");
        stream.write_all(next.as_bytes())?;
        let id = read(&mut reader)?;
        let answer = format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nhost: {host}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{ANSWER}",
            ANSWER.len()
        );
        stream.write_all(answer.as_bytes())?;
        read(&mut reader)?;
    }
}

/// Reads one HTTP answer whole. Gives the request's id, if it has one.
fn read(reader: &mut BufReader<TcpStream>) -> Result<String, Box<dyn std::error::Error>> {
    let (mut id, mut length) = (String::new(), 0);
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Err("the Runtime API is gone".into());
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("lambda-runtime-aws-request-id") => {
                id = value.to_owned();
            }
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse()?,
            Some(_) => {}
            None if line == "\r\n" => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(id)
}
