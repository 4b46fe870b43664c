# Shorthands. Nothing needs them: every recipe is one command that you can type.

# Lists the recipes.
default:
    @just --list

# Starts the service on the example network.
serve:
    TWILIO_AUTH_TOKEN=any-secret cargo run -- serve --config examples/dialtone.toml --stage dev

# Calls the running service: `just call lobby 5035550123 --then busy`.
call *args:
    TWILIO_AUTH_TOKEN=any-secret cargo run -- call --config examples/dialtone.toml --stage dev {{ args }}

# Says what a call would do: `just explain lobby 911`.
explain *args:
    cargo run -- explain --config examples/dialtone.toml --stage dev {{ args }}

# Runs all tests.
test:
    cargo test --workspace

# Writes the golden files anew; look at the difference before you commit it.
golden:
    DIALTONE_OVERWRITE=1 cargo test -p tests

# Formats, and lints as CI does.
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# Everything that CI runs.
ci:
    .ci/run
