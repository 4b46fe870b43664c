//! Reads the form of a call again and again, in the way that is named: `own`, as the service does, or `library`, as
//! `form_urlencoded` does. For `valgrind --tool=callgrind`, which counts the instructions (`docs/performance.md`).

use std::hint::black_box;
use std::process::ExitCode;

use webhook::Form;

/// How often, so that the start of the process does not count.
const TIMES: usize = 1_000;

/// A call from a phone, with the names that Twilio sends.
const CALL: &[u8] = b"CallSid=CA00000000000000000000000000000001&AccountSid=AC00000000000000000000000000000001&From=sip%3Alobby%40\
street-prod.sip.twilio.com&To=sip%3A5035550123%40street-prod.sip.twilio.com%3A5060&CallStatus=ringing&ApiVersion=2010-04-01&Direction=\
inbound&ForwardedFrom=&CallerName=&ParentCallSid=&SipDomain=street-prod.sip.twilio.com&SipUsername=lobby&SipCallId=a0b1c2d3e4f5%40192.0.2.10&\
SipSourceIp=192.0.2.10&SipDomainSid=SD00000000000000000000000000000001&Called=sip%3A5035550123%40street-prod.sip.twilio.com%3A5060&Caller=\
sip%3Alobby%40street-prod.sip.twilio.com&CallerCity=&CallerState=&CallerZip=&CallerCountry=&CalledCity=&CalledState=&CalledZip=&\
CalledCountry=&FromCity=&FromState=&FromZip=&FromCountry=&ToCity=&ToState=&ToZip=&ToCountry=&StirVerstat=&SipHeader_User-Agent=Grandstream+\
HT801+1.0.47.4&SipHeader_X-Twilio-Edge=umatilla&CallToken=%257B%2522parentCallInfoToken%2522%253A%2522eyJhbGciOiJFUzI1NiJ9%2522%257D";

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("own") => (0..TIMES).for_each(|_| {
            black_box(Form::parse(black_box(CALL)).ok());
        }),
        Some("library") => (0..TIMES).for_each(|_| {
            black_box(Form::from_pairs(form_urlencoded::parse(black_box(CALL))));
        }),
        _ => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}
