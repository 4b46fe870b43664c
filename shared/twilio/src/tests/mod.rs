//! The client against a scripted server.

mod lists;
mod privacy;
mod refusals;
mod requests;
mod retries;
mod server;
mod tls;

use std::time::Duration;

use server::Server;

use crate::{Account, Client, Hosts, Patience, Secret};

/// The account of all tests.
const AC: &str = "AC00000000000000000000000000000000";
const TOKEN: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// Patience enough for a machine that is busy, with pauses that nobody notices.
fn patience() -> Patience {
    Patience {
        attempts: 4,
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(2),
        request_timeout: Duration::from_secs(10),
    }
}

fn client_at(base: &str) -> Client {
    let account = Account::with_token(AC, Secret::new(TOKEN)).unwrap();
    Client::new(account, Hosts::all_at(base).unwrap()).patience(patience())
}

/// A client of a server that answers in turn.
fn client_of(server: &Server) -> Client {
    client_at(&server.base())
}
