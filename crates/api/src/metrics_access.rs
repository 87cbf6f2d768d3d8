use actix_web::dev::RequestHead;
use ipnet::IpNet;

use crate::client_address::TrustedProxies;

/// Who may read `/metrics` on the port of the service. A port of its own serves everybody who reaches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetricsAccess {
    /// Everybody.
    Everybody,
    /// Clients on this machine and in these networks, by their real addresses.
    Only(Vec<IpNet>),
}

impl MetricsAccess {
    /// Whether the client of this request may. Where it is in doubt who that is, nobody may; and that it is this machine,
    /// no other machine can say.
    pub(crate) fn admits(&self, head: &RequestHead, proxies: &TrustedProxies) -> bool {
        match self {
            Self::Everybody => true,
            Self::Only(networks) => {
                let is_local = head.peer_addr.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
                proxies.certain_client(head).is_some_and(|client| {
                    is_local && client.is_loopback() || networks.iter().any(|network| network.contains(&client))
                })
            }
        }
    }
}
