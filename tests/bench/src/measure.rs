//! Cold starts, warm invokes and instructions of one subject.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::Result;
use crate::emulator::{Emulator, Signal};
use crate::process::Process;
use crate::sns::Sns;
use crate::subjects::Subject;

/// One cold start.
pub(crate) struct Cold {
    /// From the start of the process to its first question for an event.
    pub(crate) next: Duration,
    /// From the start of the process to its first answer.
    pub(crate) total: Duration,
    /// From the start of the process to the moment at which SNS has its first message, if it publishes.
    pub(crate) publish: Option<Duration>,
    /// User and system, until it waits for the second event.
    pub(crate) cpu: Duration,
    /// The most memory until then, in KiB.
    pub(crate) rss: u64,
}

/// Starts a subject and lets it answer once.
pub(crate) fn cold(subject: &Subject, folder: &Path, sns: Option<&Sns>) -> Result<Cold> {
    let emulator = Emulator::start(&subject.event, 1)?;
    let process = Process::start(&mut subject.command(&emulator.address()), &folder.join("log"))?;
    let mut next = None;
    let mut total = None;
    loop {
        match emulator.signal()? {
            Signal::FirstNext(at) => next = Some(at - process.started),
            Signal::Answer(at, _, body) => {
                subject.check(&body)?;
                total = Some(at - process.started);
            }
            _ => break,
        }
    }
    let (next, total) = next.zip(total).ok_or("idle before the first answer")?;
    // Published by now: a function asks for the next event when it has done all that this one left.
    let publish = sns.and_then(|sns| sns.first_after(process.started)).map(|taken| taken - process.started);
    Ok(Cold { next, total, publish, cpu: process.cpu()?, rss: process.peak_rss()? })
}

/// Latencies of warm invokes, and the most memory in KiB.
pub(crate) fn warm(subject: &Subject, folder: &Path, times: usize) -> Result<(Vec<Duration>, u64)> {
    // Just-in-time compilers have their chance.
    let before = 500.min(times);
    let emulator = Emulator::start(&subject.event, before + times)?;
    let process = Process::start(&mut subject.command(&emulator.address()), &folder.join("log"))?;
    let mut latencies = Vec::with_capacity(before + times);
    loop {
        match emulator.signal()? {
            Signal::FirstNext(_) => {}
            Signal::Answer(_, latency, body) => {
                subject.check(&body)?;
                latencies.push(latency);
            }
            _ => break,
        }
    }
    Ok((latencies.split_off(before), process.peak_rss()?))
}

/// Instructions until the first answer, and of each further invoke, as callgrind counts them: in user mode.
pub(crate) fn instructions(subject: &Subject, folder: &Path) -> Result<(u64, u64)> {
    const FEW: usize = 100;
    const MANY: usize = 1100;
    let one = counted(subject, folder, 1)?;
    let few = counted(subject, folder, FEW)?;
    let many = counted(subject, folder, MANY)?;
    Ok((one, many.saturating_sub(few) / u64::try_from(MANY - FEW)?))
}

fn counted(subject: &Subject, folder: &Path, times: usize) -> Result<u64> {
    let emulator = Emulator::start(&subject.event, times)?;
    let out = folder.join("callgrind.out");
    let mut command = Command::new("valgrind");
    command
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(&subject.program);
    subject.environment(&mut command, &emulator.address());
    let process = Process::start(&mut command, &folder.join("callgrind.log"))?;
    while !matches!(emulator.signal()?, Signal::Idle) {}
    process.end()?;
    let text = fs::read_to_string(&out)?;
    let total =
        text.lines().find_map(|line| line.strip_prefix("summary: ")).ok_or("callgrind has no summary")?;
    Ok(total.trim().parse()?)
}
