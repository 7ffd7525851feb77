//! Listen addresses.

use super::SettingError;
use std::net::{Ipv4Addr, SocketAddr};

/// Reads `ADDRESS:PORT`; `localhost` is the IPv4 loopback address. Names are not looked up, so that it is plain which
/// address is listened on.
pub(super) fn parse(setting: &'static str, text: &str) -> Result<SocketAddr, SettingError> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    if let Some(port) = text
        .strip_prefix("localhost:")
        .and_then(|port| port.parse::<u16>().ok())
    {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    Err(SettingError::new(
        setting,
        format!(
            "`{text}` is no listen address: write an IP address and a port, such as `127.0.0.1:8080`, `0.0.0.0:8080` or `[::1]:8080`"
        ),
    ))
}
