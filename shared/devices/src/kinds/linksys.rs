//! Linksys PAP2 and SPA-2102, Cisco SPA112 and SPA122: `spa<mac>.xml`, which `Profile_Rule` asks for as `spa$MA.xml`.
//!
//! Sources: the administrators' guides of the SPA series, FusionPBX's provisioning templates for the SPA-2102, SPA112
//! and SPA122.

use std::io;

use network::DeviceMode;

use crate::dial_plan::NO_KEY_TIMEOUT;
use crate::dialect;
use crate::error::DeviceError;
use crate::file::DeviceFile;
use crate::line::{EXPIRY_SECONDS, Line, SIP_PORT, TLS_PORT};
use crate::place::Place;
use crate::profile::{Camera, Profile};
use crate::xml::{self, Xml};

/// The adapters with TLS. They encrypt calls in a way of their own (mini-certificates).
pub(crate) const SPA: Profile = Profile {
    is_secure: false,
    has_hot_line: true,
    dialect: Some(&dialect::LINKSYS),
    camera: Camera::None,
    sources: &[
        "the administrators' guides of SPA9xx, SPA9000 and SPA1xx",
        "FusionPBX's templates for spa2102, spa112 and spa122",
        "Cisco's ATA Administration Guide",
        "SPA Provisioning Guide",
    ],
    steps,
    files: |line| files(line, &ADAPTER),
};

/// The PAP2, with UDP alone.
pub(crate) const PAP2: Profile =
    Profile { files: |line| files(line, &Model { transport: None, ..ADAPTER }), ..SPA };

/// How the files of the models differ.
#[derive(Clone, Copy)]
pub(crate) struct Model {
    /// `SIP_Transport_1_`, and the port. The PAP2 has no such setting, and UDP alone.
    pub(crate) transport: Option<(&'static str, u16)>,
    /// The codes that it would keep for itself.
    pub(crate) star_codes: &'static [&'static str],
    /// Further settings.
    pub(crate) more: xml::Values<'static>,
}

const ADAPTER: Model = Model { transport: Some(("TLS", TLS_PORT)), star_codes: &STAR_CODES, more: &[] };

/// Codes that the adapters act on by themselves. Left empty, `*69` and the like reach the server as
/// everything else does.
const STAR_CODES: [&str; 44] = [
    "Call_Return_Code",
    "Call_Redial_Code",
    "Blind_Transfer_Code",
    "Call_Back_Act_Code",
    "Call_Back_Deact_Code",
    "Call_Back_Busy_Act_Code",
    "Cfwd_All_Act_Code",
    "Cfwd_All_Deact_Code",
    "Cfwd_Busy_Act_Code",
    "Cfwd_Busy_Deact_Code",
    "Cfwd_No_Ans_Act_Code",
    "Cfwd_No_Ans_Deact_Code",
    "Cfwd_Last_Act_Code",
    "Cfwd_Last_Deact_Code",
    "Block_Last_Act_Code",
    "Block_Last_Deact_Code",
    "Accept_Last_Act_Code",
    "Accept_Last_Deact_Code",
    "CW_Act_Code",
    "CW_Deact_Code",
    "CW_Per_Call_Act_Code",
    "CW_Per_Call_Deact_Code",
    "Block_CID_Act_Code",
    "Block_CID_Deact_Code",
    "Block_CID_Per_Call_Act_Code",
    "Block_CID_Per_Call_Deact_Code",
    "Block_ANC_Act_Code",
    "Block_ANC_Deact_Code",
    "DND_Act_Code",
    "DND_Deact_Code",
    "CID_Act_Code",
    "CID_Deact_Code",
    "CWCID_Act_Code",
    "CWCID_Deact_Code",
    "Dist_Ring_Act_Code",
    "Dist_Ring_Deact_Code",
    "Speed_Dial_Act_Code",
    "Secure_All_Call_Act_Code",
    "Secure_No_Call_Act_Code",
    "Secure_One_Call_Act_Code",
    "Secure_One_Call_Deact_Code",
    "Media_Loopback_Code",
    "Modem_Line_Toggle_Code",
    "FAX_Line_Toggle_Code",
];

pub(crate) fn steps(place: &Place<'_>) -> Vec<String> {
    vec![
        format!("Profile Rule   {}/spa$MA.xml", place.base()),
        format!("or open        http://ADAPTER/admin/resync?{}", place.url()),
        "Write the adapter's own address for ADAPTER.".into(),
    ]
}

pub(crate) fn files(line: &Line<'_>, model: &Model) -> Result<Vec<DeviceFile>, DeviceError> {
    let bytes = xml::document(|xml| {
        xml.create_element("flat-profile").write_inner_content(|xml| settings(xml, line, model)).map(|_| ())
    });
    Ok(vec![DeviceFile::secret(format!("spa{}.xml", line.mac()), bytes)])
}

fn settings(xml: &mut Xml, line: &Line<'_>, model: &Model) -> io::Result<()> {
    let mut group = |what: &str, values: xml::Values<'_>| {
        xml::comment(xml, what)?;
        values.iter().try_for_each(|(name, value)| xml::element(xml, name, value))
    };
    group(
        "The line, and where it registers.",
        &[
            ("Line_Enable_1_", "yes"),
            ("Proxy_1_", line.domain),
            ("Outbound_Proxy_1_", &line.proxy),
            ("Use_Outbound_Proxy_1_", "yes"),
            ("Use_OB_Proxy_In_Dialog_1_", "yes"),
            ("Register_1_", "yes"),
            ("Register_Expires_1_", &EXPIRY_SECONDS.to_string()),
            ("Make_Call_Without_Reg_1_", "yes"),
            ("Ans_Call_Without_Reg_1_", "yes"),
        ],
    )?;
    if !model.more.is_empty() {
        group("The keys of the telephone.", model.more)?;
    }
    if let Some((transport, port)) = model.transport {
        group("Transport.", &[("SIP_Transport_1_", transport), ("SIP_Port_1_", &port.to_string())])?;
    } else {
        group("Transport: this adapter has UDP alone.", &[("SIP_Port_1_", &SIP_PORT.to_string())])?;
    }
    group(
        "Behind NAT: a packet to the proxy every 15 seconds.",
        &[
            ("NAT_Mapping_Enable_1_", "no"),
            ("NAT_Keep_Alive_Enable_1_", "yes"),
            ("NAT_Keep_Alive_Msg_1_", "$NOTIFY"),
            ("NAT_Keep_Alive_Dest_1_", "$PROXY"),
            ("NAT_Keep_Alive_Intvl", "15"),
        ],
    )?;
    group(
        "Who the phone is.",
        &[
            ("Display_Name_1_", line.label),
            ("User_ID_1_", line.user),
            ("Password_1_", line.password()),
            ("Use_Auth_ID_1_", "no"),
        ],
    )?;
    group(
        "Calls: no call waiting, PCMU, silence is sent.",
        &[("Call_Waiting_Serv_1_", "no"), ("Preferred_Codec_1_", "G711u"), ("Silence_Supp_Enable_1_", "no")],
    )?;
    // The default, Auto, uses sound or events as the codec negotiation ends (ATA administration guide, Line page).
    group(
        "Keys in a call: as RTP events (RFC 4733), which the maker calls AVT.",
        &[("DTMF_Tx_Method_1_", "AVT")],
    )?;
    let plan = match line.mode {
        // A hot line: nothing need be dialled, # is sent.
        DeviceMode::Menu => "(S0<:#>)".to_owned(),
        DeviceMode::Dialtone => dialect::LINKSYS.write(&line.plan()),
    };
    group(
        "What is dialled, and how many seconds to wait for another key.",
        &[
            ("Dial_Plan_1_", &plan),
            ("Interdigit_Short_Timer", &NO_KEY_TIMEOUT.to_string()),
            ("Interdigit_Long_Timer", &NO_KEY_TIMEOUT.to_string()),
            ("Enable_IP_Dialing_1_", "no"),
        ],
    )?;
    let star_codes: Vec<_> = model.star_codes.iter().map(|name| (*name, "")).collect();
    group("Star codes belong to the server: the adapter keeps none for itself.", &star_codes)?;
    group(
        "Provisioning: only when the adapter is told to. No upgrades.",
        &[
            ("Provision_Enable", "yes"),
            ("Resync_On_Reset", "no"),
            ("Resync_Periodic", "0"),
            ("Upgrade_Enable", "no"),
        ],
    )
}
