use actix_web::dev::RequestHead;
use ore_client_address::TrustedProxies;
use ore_settings::MetricsAccess;

/// Whether the client of this request may read the metrics on the port of the service. Where it is in doubt who that is,
/// nobody may; and that it is this machine, no other machine can say.
pub fn may_read_metrics(access: &MetricsAccess, head: &RequestHead, proxies: &TrustedProxies) -> bool {
    match access {
        MetricsAccess::Everybody => true,
        MetricsAccess::Only(networks) => {
            let is_local = head.peer_addr.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
            proxies.certain_client(head).is_some_and(|client| {
                is_local && client.is_loopback() || networks.iter().any(|network| network.contains(&client))
            })
        }
    }
}
