// The decision about an outgoing call, as one writes it in Node with Twilio's and Google's libraries.

import { readFileSync } from "node:fs";
import twilio from "twilio";
import libphonenumber from "google-libphonenumber";

const { PhoneNumberUtil, PhoneNumberFormat, PhoneNumberType } = libphonenumber;
const network = JSON.parse(readFileSync(new URL("network.json", import.meta.url), "utf8"));
const numbers = PhoneNumberUtil.getInstance();
const token = process.env.TWILIO_AUTH_TOKEN;

const REFUSALS = {
  unknown_caller: "This phone is not known.",
  invalid_number: "That number does not exist.",
  country_not_allowed: "This phone cannot call that country.",
  premium: "This phone cannot call that number.",
  blocked: "This phone cannot call that number.",
  special_service: "That code is not available.",
  emergency_disabled: "This phone cannot call 911.",
};
const PREMIUM = new Set([PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.PERSONAL_NUMBER]);

// Whether a request comes from Twilio.
export function isProven(path, query, signature, parameters) {
  const url = network.publicUrl + path + (query ? `?${query}` : "");
  return twilio.validateRequest(token, signature ?? "", url, parameters);
}

// TwiML for a call, and one line of log about it.
export function decide(parameters) {
  const response = new twilio.twiml.VoiceResponse();
  const name = user(parameters.From);
  const phone = network.phones[name];
  const decision = route(response, phone, user(parameters.To) ?? "");
  const endpoint = phone ? name : "unknown";
  console.log(JSON.stringify({ time: new Date().toISOString(), level: "info", call: parameters.CallSid, endpoint, decision }));
  return response.toString();
}

function route(response, phone, keys) {
  const digits = keys.replace(/[^0-9*#]/g, "");
  if (/^(9|1)?(911|933)$/.test(digits)) {
    if (!phone || phone.emergency === false) return refuse(response, "emergency_disabled");
    dial(response, phone.number, { timeout: 600 }).number(digits.slice(-3));
    return "emergency";
  }
  if (!phone) return refuse(response, "unknown_caller");
  const callerId = phone.callerId ?? phone.number;
  if (network.asterisk[keys]) {
    dial(response, callerId).sip(`sip:${network.asterisk[keys]}@${network.asteriskHost}`);
    return "asterisk";
  }
  if (network.codes[keys]) return pstn(response, callerId, network.codes[keys]);
  if (network.phones[keys.toLowerCase()]) return ring(response, callerId, [keys.toLowerCase()]);
  if (digits.length === 3) return refuse(response, "special_service");
  let number;
  try {
    const dialled = digits.length === 7 ? network.areaCode + digits : keys.startsWith("011") ? `+${digits.slice(3)}` : keys;
    number = numbers.parse(dialled, network.region);
  } catch {
    return refuse(response, "invalid_number");
  }
  if (!numbers.isValidNumber(number)) return refuse(response, "invalid_number");
  const e164 = numbers.format(number, PhoneNumberFormat.E164);
  const ours = Object.keys(network.phones).filter((other) => network.phones[other].number === e164);
  if (ours.length > 0) return ring(response, callerId, ours);
  if (!network.allow.includes(numbers.getRegionCodeForNumber(number))) return refuse(response, "country_not_allowed");
  if (PREMIUM.has(numbers.getNumberType(number))) return refuse(response, "premium");
  if (network.block.some((prefix) => e164.startsWith(prefix))) return refuse(response, "blocked");
  return pstn(response, callerId, e164);
}

function dial(response, callerId, more = {}) {
  return response.dial({ callerId, answerOnBridge: true, timeLimit: 3600, timeout: 30, action: "/status/dial", ...more });
}

function pstn(response, callerId, number) {
  dial(response, callerId).number({ statusCallback: "/status/call", statusCallbackEvent: "completed" }, number);
  return "pstn";
}

function ring(response, callerId, phones) {
  const verb = dial(response, callerId);
  for (const phone of phones) verb.sip(`sip:${phone}@${network.sipDomain}`);
  return "extension";
}

function refuse(response, reason) {
  const gather = response.gather({ action: "/outgoing/digits?try=2", finishOnKey: "#", timeout: 10 });
  gather.say(REFUSALS[reason]);
  gather.say("Please dial, then press pound.");
  return reason;
}

// The user part of a SIP address.
function user(address) {
  const match = /^sip:([^@]*)@/.exec(address ?? "");
  return match ? decodeURIComponent(match[1]) : undefined;
}
