//! The routes: `web::Route` is their table, and every other place that spells a path agrees with it.
//!
//! The decisions know their own URLs without knowing the service, and Twilio, API Gateway and the lab are told them as text. A
//! path that is spelled wrongly in one of these places is a call that nobody answers.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use web::Route;

use crate::harness::repository;

/// The files that spell a route, tests apart. Anything else asks `web::Route`.
const SPELLERS: &[&str] = &[
    "shared/dialplan/src/reply.rs",
    "shared/lab/src/running.rs",
    "shared/provision/src/wishes.rs",
    "shared/web/src/route.rs",
];

fn routes() -> BTreeSet<&'static str> {
    Route::ALL.iter().map(|route| route.path()).collect()
}

/// The sources below a folder, but for tests and examples of their own.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !["tests", "examples"].contains(&name) {
            sources(&path, found);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// The string literals of a source, up to its tests and without its comments, that begin as a path of ours does.
fn spelled(source: &str) -> Vec<&str> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let first =
        |path: &str| format!("/{}", path.trim_start_matches('/').split('/').next().unwrap_or_default());
    let ours: BTreeSet<_> = Route::ALL.iter().map(|route| first(route.path())).collect();
    lines
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(|text| text.starts_with('/') && !text.contains(' '))
        .filter(|text| ours.contains(&first(text.split('?').next().unwrap_or_default())))
        .collect()
}

#[test]
fn every_path_in_the_sources_is_a_route() {
    let routes = routes();
    let mut files = Vec::new();
    for folder in ["shared", "cli", "functions"] {
        sources(&repository().join(folder), &mut files);
    }
    let mut spellers = BTreeSet::new();
    for file in files {
        let name = file.strip_prefix(repository()).unwrap().to_str().unwrap().to_owned();
        let source = fs::read_to_string(&file).unwrap();
        for text in spelled(&source) {
            assert!(
                routes.contains(text.split('?').next().unwrap_or_default()),
                "{name}: {text} is no route"
            );
            spellers.insert(name.clone());
        }
    }
    assert_eq!(spellers, SPELLERS.iter().map(|name| (*name).to_owned()).collect(), "who spells a route");
}

/// What a literal has to be to count: the test above would pass over sources in which it finds nothing.
#[test]
fn literals_are_found_and_comments_are_not() {
    let source = "const A: &str = \"/status/dial?again=1\"; // \n/// \"/outgoing\"\nlet b = url(\"/incming\", \"/refer\");\n\
                  say(\"/outgoing was asked\");\n#[cfg(test)]\nmod tests { \"/status/call\" }";
    assert_eq!(spelled(source), ["/status/dial?again=1", "/refer"]);
}

#[test]
fn the_template_and_the_readme_have_the_same_routes() {
    let template = fs::read_to_string(repository().join("template.yaml")).unwrap();
    let told: Vec<_> = template
        .lines()
        .filter_map(|line| line.split_once("ApiId: !Ref Api, Path: ")?.1.split(',').next())
        .collect();
    assert_eq!(told.len(), Route::ALL.len(), "each once");
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), routes());
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let table: BTreeSet<_> =
        readme.lines().filter_map(|line| line.strip_prefix("| `/")?.split('`').next()).collect();
    let expected: BTreeSet<_> = routes().into_iter().map(|path| path.trim_start_matches('/')).collect();
    assert_eq!(table, expected);
}
