//! What a gate needs of the world, and whether it is there: asked before it is run, so that a service
//! that is down is not taken for a test that fails.

use std::env;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use super::{Gate, Need};
use crate::text::{one_line, shown};

/// How long a service has to take a connection, its name and all its addresses together.
const LIMIT: Duration = Duration::from_secs(3);

/// What a gate needs and what is not there, a sentence each.
pub fn missing(gate: &Gate) -> Vec<String> {
    gate.needs
        .iter()
        .filter_map(|need| is_missing(need, gate).err())
        .collect()
}

fn is_missing(need: &Need, gate: &Gate) -> Result<(), String> {
    match need {
        Need::Tcp(address) => connect(address)
            .map_err(|why| format!("nothing answers at tcp:{}: {why}", one_line(address))),
        Need::Env(name) => {
            let value = gate
                .env
                .get(name)
                .map(Into::into)
                .or_else(|| env::var_os(name));
            match value {
                Some(value) if !value.is_empty() => Ok(()),
                Some(_) => Err(format!("the variable {} is empty", one_line(name))),
                None => Err(format!("the variable {} is not set", one_line(name))),
            }
        }
        Need::Path(path) => match path.try_exists() {
            Ok(true) => Ok(()),
            Ok(false) => Err(format!("{} is not there", shown(path))),
            Err(error) => Err(format!("{}: {error}", shown(path))),
        },
    }
}

/// Connects to a `host:port`, at any of its addresses.
fn connect(address: &str) -> Result<(), String> {
    let until = Instant::now() + LIMIT;
    let (sender, receiver) = channel();
    let name = address.to_owned();
    // Nothing limits how long the system looks a name up.
    thread::Builder::new()
        .spawn(move || {
            let found = name.to_socket_addrs().map(Vec::from_iter);
            let _ = sender.send(found);
        })
        .map_err(|error| error.to_string())?;
    let addresses: Vec<SocketAddr> = receiver
        .recv_timeout(LIMIT)
        .map_err(|_| "its name is not found in time".to_owned())?
        .map_err(|error| error.to_string())?;
    let mut why = "its name has no address".to_owned();
    for address in addresses {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err("no answer in time".to_owned());
        }
        match TcpStream::connect_timeout(&address, left) {
            Ok(_) => return Ok(()),
            Err(error) => why = error.to_string(),
        }
    }
    Err(why)
}
