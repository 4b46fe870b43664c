//! `[stages]`: the deployments of a network.

use crate::Stage;
use crate::parse;
use crate::problem::Problem;
use crate::reader::{Reader, Section, table, wrong};

/// Advises on URLs that Twilio would refuse, or that carry callers' numbers in the clear. Calls are decided all the same.
fn advise_on_stage(
    reader: &Reader<'_>,
    section: &Section<'_>,
    stage: &Stage,
    (domain_at, url_at): (usize, usize),
    advice: &mut Vec<Problem>,
) {
    let mut advise = |offset, key, what: &str, remedy: &str| {
        let (line, key) = (reader.line(offset), section.path(key).to_string());
        advice.push(Problem { line, key, what: what.into(), remedy: remedy.into() });
    };
    if !stage.has_domain_of_twilio() {
        let remedy =
            "write NAME.sip.twilio.com with a name of your own, or `dialtone apply` cannot create it";
        advise(domain_at, "sip_domain", "is not a SIP domain of Twilio", remedy);
    }
    let url = &stage.public_url;
    if url.is_private() {
        let remedy =
            "write a host that the internet reaches, unless this stage is for trials on your own network";
        advise(url_at, "public_url", "is a host that Twilio cannot reach", remedy);
    }
    if !url.is_secure() && !url.is_loopback() {
        let remedy = "write https://, unless this is a network of your own for trials";
        advise(url_at, "public_url", "lets callers' numbers cross the internet in the clear", remedy);
    }
}

pub(crate) const STAGES_REMEDY: &str =
    "add at least one, such as [stages.prod] with sip_domain and public_url";

/// Reads `[stages]`.
pub(crate) fn read_stages(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    mut advice: Option<&mut Vec<Problem>>,
) -> Option<Vec<Stage>> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut complete = true;
    for (name, value) in section.entries() {
        let Some(mut stage) = table(reader, section.path(name.value), value) else { continue };
        if !name.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            || name.value.is_empty()
        {
            let problem = wrong(
                "is not a name for a stage",
                "use lower-case letters, digits and hyphens, such as prod",
            );
            reader.report(name.offset, section.path(name.value), problem);
        }
        let sip_domain =
            stage.required(reader, "sip_domain", "my-network-prod.sip.twilio.com", parse::sip_domain);
        let public_url = stage.required(reader, "public_url", "https://prod.example.org", parse::public_url);
        let metrics_host = stage.text(reader, "metrics_host", parse::metrics_word);
        let fallback_url = stage.text(reader, "fallback_url", parse::fallback_url);
        let secure = stage.flag(reader, "secure");
        stage.refuse_unknown(reader);
        let (Some(sip_domain), Some(public_url)) = (sip_domain, public_url) else {
            complete = false;
            continue;
        };
        if let Some(twin) = stages.iter().find(|other| other.sip_domain == sip_domain.value) {
            let problem =
                wrong(format!("is the domain of stage {} too", twin.name), "give each stage its own");
            reader.report(sip_domain.offset, stage.path("sip_domain"), problem);
        }
        let (domain_at, url_at) = (sip_domain.offset, public_url.offset);
        let has_fallback = stage.place().has("fallback_url");
        stages.push(Stage {
            name: name.value.to_owned(),
            sip_domain: sip_domain.value,
            public_url: public_url.value,
            metrics_host: metrics_host.map_or_else(|| format!("dialtone-{}", name.value), |at| at.value),
            fallback_url: fallback_url.map(|at| at.value),
            secure: secure.is_some_and(|at| at.value),
        });
        if let (Some(read), Some(advice)) = (stages.last(), advice.as_deref_mut()) {
            advise_on_stage(reader, &stage, read, (domain_at, url_at), advice);
            if !has_fallback && !read.public_url.is_private() {
                advice.push(Problem {
                    line: reader.line(stage.offset()),
                    key: stage.path("fallback_url").to_string(),
                    what: "is not set: if the service fails, no call works, not even for help".into(),
                    remedy: "deploy the fallback function, and write the stack's output FallbackUrl here"
                        .into(),
                });
            }
        }
    }
    if stages.is_empty() && complete {
        reader.report_missing(section.offset(), "stages", STAGES_REMEDY);
    }
    Some(stages)
}
