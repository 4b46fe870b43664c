//! baresip reads the file that is made for it, and registers with what it says. Nothing leaves this machine: names are
//! looked up at a name server of the test, which leads to a registrar of the test.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::registrar::{NameServer, Registrar, header, md5, parameter};
use super::{PASSWORD, Rendered};
use crate::harness::scratch;

const NETWORK: &str = "\
[network]
name   = \"street\"
region = \"US\"
edge   = \"umatilla\"

[stages.prod]
sip_domain = \"street.sip.twilio.com\"
public_url = \"https://street.example.org\"

[extensions.lobby]
device = { kind = \"baresip\" }
";

#[test]
fn baresip_registers_with_its_file() {
    let directory = scratch();
    // Without a configuration it writes one of its own, which says where its modules are.
    let Ok(status) = baresip(&directory).args(["-t", "1"]).status() else {
        // Written past the test harness, which would swallow it.
        let _ = writeln!(
            std::io::stderr(),
            "\n*** SKIPPED: baresip_registers_with_its_file: baresip is not installed (Debian: apt-get install baresip-core)\n"
        );
        return;
    };
    assert!(status.success());
    let written = fs::read_to_string(directory.join("config")).unwrap();
    let modules = written.lines().find(|line| line.starts_with("module_path")).unwrap();

    let registrar = Registrar::start();
    let names = NameServer::start(registrar.address);
    let config = format!(
        "{modules}\nmodule g711.so\nmodule_tmp uuid.so\nmodule_tmp account.so\nnet_interface 127.0.0.1\nsip_listen 127.0.0.1:0\ndns_server {}\n",
        names.address
    );
    fs::write(directory.join("config"), config).unwrap();
    let rendered = Rendered::of(NETWORK, "prod");
    fs::write(directory.join("accounts"), rendered.file("lobby-baresip-accounts")).unwrap();

    let mut child = baresip(&directory).args(["-t", "5"]).spawn().unwrap();
    let first = registrar.request();
    let second = registrar.request();
    let _ = child.wait();
    let (Some(first), Some(second)) = (first, second) else {
        panic!(
            "baresip did not register; it asked for {:?}\n{}",
            names.names(),
            fs::read_to_string(directory.join("out")).unwrap()
        );
    };

    let asked = names.names();
    assert!(asked.iter().any(|name| name == "_sip._tcp.sip.umatilla.twilio.com"), "{asked:?}");
    assert!(
        !asked.iter().any(|name| name.contains("street.sip.twilio.com")),
        "only the edge is asked: {asked:?}"
    );
    assert!(first.starts_with("REGISTER sip:street.sip.twilio.com"), "{first}");
    assert!(header(&first, "From").contains("<sip:lobby@street.sip.twilio.com"), "{first}");
    assert!(header(&first, "Contact").contains(";expires=600;"), "{first}");

    // The answer to the registrar's question can only be given with the right user and password.
    let answer = header(&second, "Proxy-Authorization");
    assert_eq!(parameter(answer, "username"), "lobby");
    assert_eq!(parameter(answer, "realm"), "sip.twilio.com");
    let get = |name| parameter(answer, name);
    let secret = md5(&format!("lobby:sip.twilio.com:{PASSWORD}"));
    let question = md5(&format!("REGISTER:{}", get("uri")));
    let expected = md5(&format!("{secret}:n0nce:{}:{}:{}:{question}", get("nc"), get("cnonce"), get("qop")));
    assert_eq!(get("response"), expected);

    let said = fs::read_to_string(directory.join("out")).unwrap();
    assert!(said.contains("Populated 1 account"), "{said}");
    assert!(said.contains("lobby@street.sip.twilio.com") && said.contains("200 OK"), "{said}");
    fs::remove_dir_all(directory).unwrap();
}

fn baresip(directory: &Path) -> Command {
    let out = fs::File::create(directory.join("out")).unwrap();
    let mut command = Command::new("baresip");
    command.arg("-f").arg(directory).stdin(Stdio::null()).stderr(out.try_clone().unwrap()).stdout(out);
    command
}
