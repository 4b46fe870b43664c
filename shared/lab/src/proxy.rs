//! The headers that the edge writes into messages that it passes on: a record-routing proxy (RFC 3261, section 16), as Twilio's is
//! (seen in traces: esp-adf #991).

use std::net::{IpAddr, SocketAddr, UdpSocket};

use crate::flow::Flow;
use crate::message::{Message, address, md5};

/// Every branch of the edge begins so.
const BRANCH: &str = "z9hG4bKtwedge";

/// The address that a peer can reach this machine at: that of the listener, unless it listens everywhere.
#[must_use]
pub fn reached_at(listening: SocketAddr, peer: SocketAddr) -> SocketAddr {
    if !listening.ip().is_unspecified() {
        return listening;
    }
    let any: IpAddr = if peer.is_ipv4() { [0, 0, 0, 0].into() } else { [0_u16; 8].into() };
    // A datagram socket that is connected sends nothing, and knows the address it would send from.
    let own =
        UdpSocket::bind((any, 0)).and_then(|socket| socket.connect(peer).and_then(|()| socket.local_addr()));
    SocketAddr::new(own.map_or(peer.ip(), |own| own.ip()), listening.port())
}

/// Takes the edge's own Routes out of a request of a phone. True if one of them was made by the edge for this call.
pub(crate) fn strip_routes(request: &mut Message) -> bool {
    let routes = request.list("Route");
    let is_routed = routes.iter().any(|route| address(route).0.contains(";twnat="));
    request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("Route"));
    is_routed
}

/// One side of the edge, as Record-Route names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Side {
    pub(crate) here: SocketAddr,
    pub(crate) transport: &'static str,
    /// The phone, as it is seen here.
    pub(crate) peer: SocketAddr,
    /// Whether the edge names both of its sides, as Twilio's does over TLS (seen in traces: esp-adf #991).
    pub(crate) is_one_of_two: bool,
}

/// Adds Record-Route, so that whatever follows in this dialog comes by here. The first side is the one that the message goes
/// to.
pub(crate) fn record_route(request: &mut Message, sides: &[Side]) {
    let at = request.headers.iter().position(|(name, _)| name.eq_ignore_ascii_case("Record-Route"));
    let at = at.unwrap_or_else(|| {
        request.headers.iter().take_while(|(name, _)| name.eq_ignore_ascii_case("Via")).count()
    });
    let routes = sides.iter().map(|side| {
        let Side { here, transport, peer, is_one_of_two } = side;
        let two = if *is_one_of_two { ";r2=on" } else { "" };
        let transport = transport.to_ascii_lowercase();
        ("Record-Route".to_owned(), format!("<sip:{here};transport={transport}{two};lr;twnat=sip:{peer}>"))
    });
    request.headers.splice(at..at, routes.collect::<Vec<_>>()).for_each(drop);
}

/// Signs a request to a phone: the answer comes back here.
pub(crate) fn push_via(request: &mut Message, here: SocketAddr, flow: Flow) {
    // Stateless, so the same for whatever is sent again: it is made from the branch below (section 16.11).
    let branch = md5(request.header("Via").unwrap_or_default());
    let via = format!("SIP/2.0/{} {here};branch={BRANCH}{branch};rport", flow.name());
    request.headers.insert(0, ("Via".to_owned(), via));
}

/// Takes the edge's own Via from a response; false if the topmost is another's, whose business the response is not.
pub(crate) fn pop_via(response: &mut Message) -> bool {
    let Some(at) = response.headers.iter().position(|(name, _)| name.eq_ignore_ascii_case("Via")) else {
        return false;
    };
    let Some((_, value)) = response.headers.get(at) else { return false };
    let (first, rest) = match value.split_once(',') {
        Some((first, rest)) => (first.to_owned(), Some(rest.trim().to_owned())),
        None => (value.clone(), None),
    };
    if !first.contains(BRANCH) {
        return false;
    }
    match rest {
        Some(rest) => response.headers.splice(at..=at, [("Via".to_owned(), rest)]).for_each(drop),
        None => drop(response.headers.remove(at)),
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invite() -> Message {
        Message::parse(
            b"INVITE sip:1@d SIP/2.0\r\nVia: SIP/2.0/UDP 172.18.32.5;branch=z9hG4bK1\r\nRoute: <sip:192.0.2.1;lr>\r\n\
              Route: <sip:192.0.2.1:5060;transport=udp;lr;twnat=sip:192.0.2.10:5060>\r\nTo: <sip:1@d>\r\n\r\n",
        )
        .unwrap()
    }

    #[test]
    fn a_route_of_the_edge_is_known_from_one_that_a_phone_made_up() {
        assert!(strip_routes(&mut invite()));
        let mut made_up = invite();
        made_up.headers.remove(2);
        assert!(!strip_routes(&mut made_up), "an outbound proxy alone");
        assert_eq!(made_up.header("Route"), None);
    }

    #[test]
    fn the_answer_finds_its_way_back() {
        let flow = Flow::Udp("192.0.2.10:5060".parse().unwrap());
        let here = "192.0.2.1:5060".parse().unwrap();
        let mut request = invite();
        let side = Side { here, transport: flow.name(), peer: flow.peer(), is_one_of_two: false };
        record_route(&mut request, &[side]);
        push_via(&mut request, here, flow);
        assert_eq!(
            request.header("Record-Route"),
            Some("<sip:192.0.2.1:5060;transport=udp;lr;twnat=sip:192.0.2.10:5060>")
        );
        let mut again = invite();
        push_via(&mut again, here, flow);
        assert_eq!(again.header("Via"), request.header("Via"), "the same for a retransmission");
        let mut response = Message::response(&request, 200, "OK");
        assert!(pop_via(&mut response));
        assert_eq!(response.list("Via"), ["SIP/2.0/UDP 172.18.32.5;branch=z9hG4bK1"]);
        assert!(!pop_via(&mut response));
        let (own, other) = (request.header("Via").unwrap().to_owned(), "SIP/2.0/UDP h;branch=z9hG4bK1");
        let mut joined =
            Message::parse(format!("SIP/2.0 200 OK\r\nVia: {own}, {other}\r\n\r\n").as_bytes()).unwrap();
        assert!(pop_via(&mut joined));
        assert_eq!(joined.list("Via"), [other]);
    }

    #[test]
    fn over_tls_both_sides_are_named_in_the_order_of_the_way() {
        let peer = "192.0.2.10:33000".parse().unwrap();
        let side = |here: &str, transport| Side {
            here: here.parse().unwrap(),
            transport,
            peer,
            is_one_of_two: true,
        };
        let mut request = invite();
        record_route(&mut request, &[side("192.0.2.1:5060", "UDP"), side("192.0.2.1:5061", "TLS")]);
        let expected = ["192.0.2.1:5060;transport=udp", "192.0.2.1:5061;transport=tls"]
            .map(|start| format!("<sip:{start};r2=on;lr;twnat=sip:192.0.2.10:33000>"));
        assert_eq!(request.list("Record-Route"), expected);
    }

    #[test]
    fn one_that_listens_everywhere_is_reached_at_one_address() {
        let peer = "127.0.0.1:9".parse().unwrap();
        assert_eq!(reached_at("0.0.0.0:5060".parse().unwrap(), peer), "127.0.0.1:5060".parse().unwrap());
        let fixed = "192.0.2.1:5060".parse().unwrap();
        assert_eq!(reached_at(fixed, peer), fixed);
    }
}
