//! Tells of each built function how large it is, and what a cold start takes: `cold_start FOLDER`, where `sam build` put
//! them and their archives lie beside them.
//!
//! A start is measured from spawning the binary to its first request for an event, on a Runtime API that gives none. So it
//! is what Lambda counts as init, without loading the archive into a fresh machine.

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Starts of each function.
const STARTS: usize = 21;
/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What one start took.
struct Start {
    ready: Duration,
    memory_kib: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("name the folder of `sam build`")?;
    let mut functions: Vec<PathBuf> = fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("bootstrap").is_file())
        .collect();
    functions.sort();
    println!(
        "| function | binary, MB | zip, MB | ready, ms: median, slowest of {STARTS} | memory when ready, MiB |"
    );
    println!("|---|---|---|---|---|");
    for function in functions {
        let name = function.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
        let (binary, archive) = (size(&function.join("bootstrap"))?, size(&function.with_extension("zip"))?);
        let mut starts =
            (0..STARTS).map(|_| start(&function.join("bootstrap"))).collect::<Result<Vec<_>, _>>()?;
        starts.sort_by_key(|start| start.ready);
        let ready = |at: usize| starts.get(at).map_or(0.0, |start| start.ready.as_secs_f64() * 1e3);
        let memory = starts.iter().map(|start| start.memory_kib).max().unwrap_or_default();
        println!(
            "| {name} | {binary:.1} | {archive:.1} | {:.1}, {:.1} | {} |",
            ready(STARTS / 2),
            ready(STARTS - 1),
            memory.div_ceil(1024)
        );
    }
    Ok(())
}

fn size(path: &Path) -> Result<f64, Box<dyn Error>> {
    let bytes = fs::metadata(path)?.len();
    Ok(f64::from(u32::try_from(bytes)?) / 1e6)
}

fn start(binary: &Path) -> Result<Start, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?.to_string();
    let begun = Instant::now();
    let mut child = spawn(binary, &address)?;
    let outcome = await_first_request(&listener, &mut child, begun);
    let memory_kib = resident_kib(child.id());
    // It may have ended by itself.
    let _ = child.kill();
    child.wait()?;
    Ok(Start { ready: outcome?, memory_kib: memory_kib? })
}

/// A function's environment, as the template and Lambda set it.
fn spawn(binary: &Path, api: &str) -> Result<Child, Box<dyn Error>> {
    let queues = ["PRECHECK", "PLAN", "COPY", "READ", "CHANGES", "CHANGES_DEAD"];
    let url = |queue: &str| (format!("FERRY_QUEUE_{queue}"), format!("https://sqs.invalid/1/ferry-{queue}"));
    let command = &mut Command::new(binary);
    command
        .env_clear()
        .envs(queues.map(url))
        .envs([
            ("AWS_LAMBDA_RUNTIME_API", api),
            ("AWS_LAMBDA_FUNCTION_NAME", "ferry"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "ferry"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "ferry"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "none"),
            ("AWS_SECRET_ACCESS_KEY", "none"),
            ("FERRY_STACK", "ferry"),
            ("FERRY_TABLE", "ferry-checkpoints"),
            ("FERRY_BUCKET", "ferry"),
            ("FERRY_CHANGES_VISIBILITY_SECONDS", "180"),
            ("FERRY_READER_SECONDS", "885"),
            ("FERRY_READER_RENEWS", "true"),
            ("MYSQL_ASYNC_BUFFER_SIZE_CAP", "65536"),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    Ok(command.spawn()?)
}

fn await_first_request(
    listener: &TcpListener,
    child: &mut Child,
    begun: Instant,
) -> Result<Duration, Box<dyn Error>> {
    while begun.elapsed() < PATIENCE {
        if let Ok((mut stream, _)) = listener.accept() {
            let ready = begun.elapsed();
            stream.set_nonblocking(false)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            let mut head = [0; 256];
            let read = stream.read(&mut head)?;
            let request = String::from_utf8_lossy(head.get(..read).unwrap_or_default()).into_owned();
            if request.starts_with("GET /2018-06-01/runtime/invocation/next") {
                return Ok(ready);
            }
            stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")?;
            return Err(format!("asked for something else first: {request}").into());
        }
        if let Some(status) = child.try_wait()? {
            return Err(format!("ended before its first event: {status}").into());
        }
        sleep(Duration::from_micros(100));
    }
    Err("not ready in time".into())
}

/// The most memory the process had so far.
fn resident_kib(process: u32) -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}
