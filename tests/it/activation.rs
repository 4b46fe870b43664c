//! Socket activation: systemd holds the socket, so a service is replaced without a connection being refused.

use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::harness::{TOKEN, dialtone, scratch, tests};

/// How long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts the service as systemd does (sd_listen_fds(3)): the socket is descriptor 3, and two variables say so.
fn start(listener: &TcpListener, folder: &Path) -> Child {
    let own = dialtone();
    let mut command = Command::new("sh");
    command.arg("-c");
    command
        .arg("exec 3<&0 0</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"")
        .arg("sh")
        .arg(own.get_program());
    command.args(["serve", "--stage", "prod", "--events"]).arg(folder.join("events"));
    command.arg("--config").arg(folder.join("dialtone.toml")).arg("--journal").arg(folder.join("journal"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("TWILIO_AUTH_TOKEN", TOKEN);
    command.stdin(Stdio::from(OwnedFd::from(listener.try_clone().unwrap())));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn stop(mut child: Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(child.wait().unwrap().success());
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
    // As the Caddyfile of the package says: each request has a connection of its own.
    config.max_idle_connections(0).build().new_agent()
}

fn folder() -> PathBuf {
    let folder = scratch();
    std::fs::copy(tests().join("networks/street.toml"), folder.join("dialtone.toml")).unwrap();
    folder
}

#[test]
fn no_request_is_refused_while_the_service_is_replaced() {
    let folder = folder();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(listener.as_raw_fd() > 2);
    let address: SocketAddr = listener.local_addr().unwrap();
    let url = format!("http://{address}/healthz");
    let first = start(&listener, &folder);
    // It connects at once, although nobody listens yet but the kernel.
    assert_eq!(agent().get(&url).call().unwrap().status(), 200);

    let (is_over, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut bad = Vec::new();
                    while !is_over.load(Ordering::Relaxed) {
                        match agent().get(&url).call() {
                            Ok(answer) if answer.status() == 200 => {
                                answered.fetch_add(1, Ordering::Relaxed);
                            }
                            Ok(answer) => bad.push(answer.status().to_string()),
                            Err(error) => bad.push(error.to_string()),
                        }
                    }
                    bad
                })
            })
            .collect();
        let wait_for_more = || {
            let until = answered.load(Ordering::Relaxed) + 40;
            let started = std::time::Instant::now();
            while answered.load(Ordering::Relaxed) < until && started.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(5));
            }
        };
        wait_for_more();
        stop(first);
        let second = start(&listener, &folder);
        wait_for_more();
        is_over.store(true, Ordering::Relaxed);
        let bad: Vec<_> = callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect();
        assert_eq!(bad, [""; 0]);
        stop(second);
    });
    assert!(answered.load(Ordering::Relaxed) >= 80);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_socket_that_does_not_listen_is_refused_in_words() {
    let folder = folder();
    let mut command = Command::new("sh");
    command.args(["-c", "exec 3</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"", "sh"]);
    command.arg(dialtone().get_program()).args(["serve", "--stage", "prod", "--config"]);
    let output = command
        .arg(folder.join("dialtone.toml"))
        .arg("--journal")
        .arg(folder.join("journal"))
        .env("TWILIO_AUTH_TOKEN", TOKEN)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("the socket of LISTEN_FDS cannot be used"), "{said}");
    std::fs::remove_dir_all(folder).unwrap();
}
