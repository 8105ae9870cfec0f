//! A function for the tests of the little cloud: does what its messages say, and writes down when.
//!
//! Speaks the Runtime API by hand, without a crate of Lambda's, so that the API is tested by something that shares nothing
//! with the functions of Ferry. A message is one word, or a word and milliseconds: `ok`, `fail` (this message only),
//! `error` (the invocation), `odd` (a response nobody understands), `exit`, `hang`. Each message waits its milliseconds first.

use std::fs::OpenOptions;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let variable = |name: &str| std::env::var(name).map_err(|_| io::Error::other(format!("no {name}")));
    let api = variable("AWS_LAMBDA_RUNTIME_API")?;
    let record = PathBuf::from(variable("RECORD")?);
    println!("{{\"message\":\"started\"}}");
    loop {
        let (headers, event) = request(&api, "GET", "invocation/next", "")?;
        let id = header(&headers, "lambda-runtime-aws-request-id");
        let left =
            header(&headers, "lambda-runtime-deadline-ms").parse::<u64>().unwrap_or(0).saturating_sub(now());
        let event: Value = serde_json::from_str(&event)?;
        let (end, body) = handle(&event, &record, left)?;
        request(&api, "POST", &format!("invocation/{id}/{end}"), &body)?;
    }
}

/// How the invocation ends, and with what.
fn handle(event: &Value, record: &PathBuf, left: u64) -> io::Result<(&'static str, String)> {
    let Some(records) = event["Records"].as_array() else {
        note(record, &json!({"process": process::id(), "event": event, "left": left}))?;
        return Ok(("response", "null".to_owned()));
    };
    let begun = now();
    let mut failures = Vec::new();
    let mut end = None;
    let count = |message: &Value| message["attributes"]["ApproximateReceiveCount"].clone();
    for message in records {
        let body = message["body"].as_str().unwrap_or_default();
        let (word, wait) = body.split_once(' ').unwrap_or((body, "0"));
        sleep(Duration::from_millis(wait.parse().unwrap_or(0)));
        let notes = json!({
            "process": process::id(), "begun": begun, "ended": now(), "left": left, "of": records.len(), "body": body,
            "id": message["messageId"], "received": count(message), "group": message["attributes"]["MessageGroupId"],
            "arn": message["eventSourceARN"],
        });
        note(record, &notes)?;
        match word {
            "fail" => failures.push(json!({"itemIdentifier": message["messageId"]})),
            "exit" => process::exit(3),
            "hang" => sleep(Duration::from_secs(3_600)),
            "error" => end = Some(("error", r#"{"errorType":"Wanted","errorMessage":"wanted"}"#.to_owned())),
            "odd" => {
                end = Some(("response", r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#.to_owned()));
            }
            _ => {}
        }
    }
    Ok(end.unwrap_or_else(|| ("response", json!({"batchItemFailures": failures}).to_string())))
}

fn note(record: &PathBuf, notes: &Value) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(record)?;
    file.write_all(format!("{notes}\n").as_bytes())
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn request(api: &str, method: &str, route: &str, body: &str) -> io::Result<(Vec<String>, String)> {
    let mut socket = TcpStream::connect(api)?;
    let length = body.len();
    let path = format!("/2018-06-01/runtime/{route}");
    write!(
        socket,
        "{method} {path} HTTP/1.1\r\nHost: {api}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    let mut answer = BufReader::new(socket);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if answer.read_line(&mut line)? == 0 || line.trim_end().is_empty() {
            break;
        }
        headers.push(line.trim_end().to_owned());
    }
    let mut text = String::new();
    answer.read_to_string(&mut text)?;
    Ok((headers, text))
}

fn header(headers: &[String], name: &str) -> String {
    let found = headers.iter().filter_map(|line| line.split_once(':'));
    let mut found = found.filter(|(given, _)| given.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}
