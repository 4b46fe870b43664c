//! Media, heard and played over real sockets.

use super::*;
use crate::sound::{share_of, tone};

fn described(address: SocketAddr) -> Description {
    Description::offer(address)
}

/// More than anything here takes, also on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

async fn next(socket: &UdpSocket) -> Packet {
    let mut buffer = [0; 2048];
    let (length, _) = tokio::time::timeout(LIMIT, socket.recv_from(&mut buffer)).await.unwrap().unwrap();
    Packet::parse(&buffer[..length]).unwrap()
}

/// The keys that a phone hears, so many.
async fn keys(phone: &UdpSocket, count: usize) -> String {
    let (mut ear, mut heard) = (KeyEar::default(), String::new());
    let all = async {
        while heard.len() < count {
            let packet = next(phone).await;
            if packet.payload_type == 101 {
                heard.extend(ear.hear(&packet));
            }
        }
    };
    let in_time = tokio::time::timeout(LIMIT, all).await;
    assert!(in_time.is_ok(), "only {heard:?}");
    heard
}

#[tokio::test]
async fn what_is_played_is_heard_and_its_end_is_told() {
    let phone = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let (told, mut notes) = mpsc::unbounded_channel();
    let media = Media::open([127, 0, 0, 1].into(), Wire::default(), move |noted| told.send(noted).unwrap())
        .await
        .unwrap();
    media.remote(described(phone.local_addr().unwrap()));
    media.play(7_u32, tone(&[440.0], 100).into(), Some(2));
    let mut heard = Vec::new();
    let mut last = None;
    while heard.len() < 1_600 {
        let packet = next(&phone).await;
        if let Some((sequence, timestamp)) = last.replace((packet.sequence, packet.timestamp)) {
            assert_eq!((packet.sequence, packet.timestamp), (sequence + 1, timestamp + 160));
        }
        let samples = Codec::Pcmu.decode(&packet.payload);
        if samples.iter().any(|sample| *sample != 0) {
            heard.extend(samples);
        }
    }
    assert!(share_of(440.0, &heard) > 0.8);
    assert_eq!(tokio::time::timeout(LIMIT, notes.recv()).await.unwrap(), Some(Noted::Played(7)));
}

#[tokio::test]
async fn keys_go_through_a_leg_once_each() {
    let phone = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let (told, mut notes) = mpsc::unbounded_channel::<Noted<u32>>();
    let one = Media::<u32>::open([127, 0, 0, 1].into(), Wire::default(), |_| {}).await.unwrap();
    let other = Media::open([127, 0, 0, 1].into(), Wire::default(), move |noted| told.send(noted).unwrap())
        .await
        .unwrap();
    one.remote(described(other.ear().address));
    other.remote(described(one.ear().address));
    let far = Media::<u32>::open([127, 0, 0, 1].into(), Wire::default(), |_| {}).await.unwrap();
    far.remote(described(phone.local_addr().unwrap()));
    other.connect(Some(far.link()));
    one.press("91#");
    let mut pressed = String::new();
    while pressed.len() < 3 {
        let noted = tokio::time::timeout(LIMIT, notes.recv()).await.unwrap();
        if let Some(Noted::Key(key)) = noted {
            pressed.push(key);
        }
    }
    assert_eq!(pressed, "91#");
    assert_eq!(keys(&phone, 3).await, "91#", "the other leg hears the same keys");
}

/// A machine that was busy for a while relays all keys at once: they are as many as were pressed, and two of the same are two.
#[tokio::test]
async fn keys_that_come_at_once_stay_apart() {
    let phone = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let far = Media::<u32>::open([127, 0, 0, 1].into(), Wire::default(), |_| {}).await.unwrap();
    far.remote(described(phone.local_addr().unwrap()));
    let link = far.link();
    // As `Leg::hear` puts them there, without a tick between them.
    for (key, name) in [('9', 160), ('1', 2_560), ('1', 4_960), ('#', 7_360)] {
        for step in 1..=7_u16 {
            let event = event_of(key, 160 * step.min(5), step >= 5).unwrap();
            link.keys.try_send(KeyPacket { event, marker: step == 1, name }).unwrap();
        }
    }
    assert_eq!(keys(&phone, 4).await, "911#");
}
