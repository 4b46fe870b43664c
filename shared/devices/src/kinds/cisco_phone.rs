//! Cisco SPA50x (SPA501G to SPA509G): `spa<mac>.xml`, in the language of the SPA adapters.
//!
//! Sources: FusionPBX's template for the SPA504G (keys, star codes, line keys), wazo's for the SPA series. Whether its TLS is
//! 1.2 is not known, so it is told TCP. `SRTP_Method` has `x-sipura`, a way of its own, for a default; that `s-descriptor`
//! would be RFC 4568 is not documented where we looked, so it is for no stage with `secure = true`.

use crate::line::SIP_PORT;
use crate::profile::Profile;

use super::linksys::{self, Model, SPA};

pub(crate) const SPA50X: Profile = Profile {
    sources: &[
        "FusionPBX's template for the SPA504G",
        "wazo's for the SPA series",
        "the administrators' guides of SPA9xx",
    ],
    steps: |place| {
        vec![
            format!("Profile Rule   {}/spa$MA.xml", place.base()),
            format!("or open        http://PHONE/admin/resync?{}", place.url()),
            "Write the telephone's own address for PHONE.".into(),
        ]
    },
    files: |line| linksys::files(line, &PHONE),
    ..SPA
};

const PHONE: Model = Model {
    transport: Some(("TCP", SIP_PORT)),
    star_codes: &STAR_CODES,
    // The first key is the line. The others would ring as lines of the same phone, and take a second call.
    more: &[
        ("Extension_1_", "1"),
        ("Extension_2_", "Disabled"),
        ("Extension_3_", "Disabled"),
        ("Extension_4_", "Disabled"),
    ],
};

/// Codes that the telephone acts on by itself.
const STAR_CODES: [&str; 39] = [
    "Call_Return_Code",
    "Blind_Transfer_Code",
    "Call_Back_Act_Code",
    "Call_Back_Deact_Code",
    "Cfwd_All_Act_Code",
    "Cfwd_All_Deact_Code",
    "Cfwd_Busy_Act_Code",
    "Cfwd_Busy_Deact_Code",
    "Cfwd_No_Ans_Act_Code",
    "Cfwd_No_Ans_Deact_Code",
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
    "Secure_All_Call_Act_Code",
    "Secure_No_Call_Act_Code",
    "Secure_One_Call_Act_Code",
    "Secure_One_Call_Deact_Code",
    "Paging_Code",
    "Call_Park_Code",
    "Call_Pickup_Code",
    "Call_UnPark_Code",
    "Group_Call_Pickup_Code",
    "Media_Loopback_Code",
    "Prefer_G711u_Code",
    "Force_G711u_Code",
    "Prefer_G711a_Code",
    "Force_G711a_Code",
    "Prefer_G729a_Code",
    "Force_G729a_Code",
    "Force_G723_Code",
];
