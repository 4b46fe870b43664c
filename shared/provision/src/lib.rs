//! What a network file wants of Twilio, what is there, and the steps between.
