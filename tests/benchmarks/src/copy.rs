//! `ferry run` of the same table into the stand-in, watched from outside, then `ferry verify`.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use servers::{LindormLocal, MysqlServer, peak_memory_kib};

use crate::data::DATABASE;
use crate::process;

/// The peak rate is the best over so much time.
const PEAK_OVER: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(20);

/// What copying took.
#[derive(Debug, Default)]
pub(crate) struct Copied {
    /// From start to exit, the waits of the protocol included.
    pub(crate) wall: Duration,
    /// From the last look that saw nothing copied to the end of the last chunk, as the events tell it.
    pub(crate) copying: Duration,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) ferry_cpu: Duration,
    pub(crate) source_cpu: Duration,
    pub(crate) target_cpu: Duration,
    pub(crate) peak_memory_kib: u64,
    pub(crate) peak_bytes_per_second: f64,
    pub(crate) verifying: Duration,
}

/// Bytes copied so far, as the run's events tell them.
struct Told {
    at: Instant,
    bytes: u64,
}

pub(crate) fn copy(source: &MysqlServer, target: &LindormLocal, folder: &Path) -> Result<Copied> {
    println!("ferry run ...");
    let task = folder.join("bench.yaml");
    fs::write(&task, document(source, target))?;
    let data = folder.join("ferry");
    let mut copied = Copied::default();
    let source_process = source.process_id().context("the source has no process")?;
    let target_process = target.process_id().context("the target has no process")?;
    let (source_before, target_before) = (process::cpu(source_process)?, process::cpu(target_process)?);
    let started = Instant::now();
    let mut child = Command::new(servers::ferry_binary()?)
        .arg("run")
        .arg(&task)
        .arg("--data-dir")
        .arg(&data)
        .arg("--json")
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run ferry")?;
    let lines = child.stdout.take().context("ferry has no output")?;
    watch(&mut child, lines, &mut copied)?;
    ensure!(child.wait()?.success(), "ferry run failed");
    copied.wall = started.elapsed();
    copied.source_cpu = process::cpu(source_process)?.saturating_sub(source_before);
    copied.target_cpu = process::cpu(target_process)?.saturating_sub(target_before);
    println!("ferry verify ...");
    let started = Instant::now();
    let verified = Command::new(servers::ferry_binary()?)
        .arg("verify")
        .arg(&task)
        .arg("--data-dir")
        .arg(&data)
        .stdout(Stdio::null())
        .status()?;
    ensure!(verified.success(), "the copy is not equal");
    copied.verifying = started.elapsed();
    Ok(copied)
}

fn document(source: &MysqlServer, target: &LindormLocal) -> String {
    let end =
        |port: u16| format!("{{ host: 127.0.0.1, port: {port}, user: root, tls: {{ mode: disabled }} }}");
    format!(
        "name: bench\nsource: {}\ntarget: {}\nmigration: full\nobjects: [{{ database: {DATABASE} }}]\n",
        end(source.port()),
        end(target.port())
    )
}

fn watch(child: &mut Child, output: ChildStdout, copied: &mut Copied) -> Result<()> {
    let (send, receive) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if send.send((Instant::now(), line)).is_err() {
                return;
            }
        }
    });
    let mut told: VecDeque<Told> = VecDeque::new();
    let mut began: Option<Instant> = None;
    loop {
        // The last look before the process ends counts; what it uses in its last 20 ms is not seen.
        if let (Ok(cpu), Some(memory)) = (process::cpu(child.id()), peak_memory_kib(child.id())) {
            copied.ferry_cpu = cpu;
            copied.peak_memory_kib = memory;
        }
        match receive.recv_timeout(LOOK) {
            Ok((at, line)) => note(&serde_json::from_str(&line)?, at, &mut told, &mut began, copied)?,
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    if reader.join().is_err() {
        bail!("the reader of ferry's events failed");
    }
    Ok(())
}

fn note(
    event: &Value,
    at: Instant,
    told: &mut VecDeque<Told>,
    began: &mut Option<Instant>,
    copied: &mut Copied,
) -> Result<()> {
    let number = |name: &str| event.get(name).and_then(Value::as_u64).unwrap_or(0);
    match event.get("event").and_then(Value::as_str) {
        Some("progress") => {
            // Copying begins after the last look that saw nothing copied.
            if number("bytes") == 0 || began.is_none() {
                *began = Some(at);
            }
            told.push_back(Told { at, bytes: number("bytes") });
            let fits = |first: &Told| at.duration_since(first.at) >= PEAK_OVER;
            while told.get(1).is_some_and(fits) {
                told.pop_front();
            }
            if let Some(first) = told.front().filter(|first| fits(first)) {
                let bytes = number("bytes").saturating_sub(first.bytes);
                let rate = bytes as f64 / at.duration_since(first.at).as_secs_f64();
                copied.peak_bytes_per_second = copied.peak_bytes_per_second.max(rate);
            }
        }
        Some("state_changed") if event.get("to").and_then(Value::as_str) == Some("finishing") => {
            copied.copying = began.map(|began| at.duration_since(began)).unwrap_or_default();
        }
        Some("run") => {
            copied.rows = number("rows");
            copied.bytes = number("bytes");
            let state = event.get("state").and_then(Value::as_str).unwrap_or_default();
            ensure!(state == "completed", "the run ended as {state}");
        }
        Some(_) | None => {}
    }
    Ok(())
}
