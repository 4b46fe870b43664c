//! Media, heard and played over real sockets.

use super::*;
use crate::sound::{share_of, tone};

fn described(address: SocketAddr) -> Description {
    Description::offer(address)
}

async fn next(socket: &UdpSocket) -> Packet {
    let mut buffer = [0; 2048];
    let (length, _) =
        tokio::time::timeout(Duration::from_secs(10), socket.recv_from(&mut buffer)).await.unwrap().unwrap();
    Packet::parse(&buffer[..length]).unwrap()
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
    assert_eq!(notes.recv().await, Some(Noted::Played(7)));
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
        if let Some(Noted::Key(key)) = notes.recv().await {
            pressed.push(key);
        }
    }
    assert_eq!(pressed, "91#");
    let (mut ear, mut relayed) = (KeyEar::default(), String::new());
    while relayed.len() < 3 {
        let packet = next(&phone).await;
        if packet.payload_type == 101 {
            relayed.extend(ear.hear(&packet));
        }
    }
    assert_eq!(relayed, "91#", "the other leg hears the same keys");
}
