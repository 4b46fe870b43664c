//! Twilio's REST API: the resources that a phone network is made of.
