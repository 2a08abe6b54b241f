# docker build -t repoint . && docker run --rm -v "$PWD:/src" -u "$(id -u):$(id -g)" repoint check
FROM rust:1.95-alpine AS build
RUN apk add --no-cache musl-dev=~1
WORKDIR /repoint
COPY Cargo.toml Cargo.lock rust-toolchain.toml README.md ./
COPY benches benches
COPY mappings mappings
COPY src src
# The toolchain of the image is the pinned one; nothing else is to be fetched for it.
RUN rm rust-toolchain.toml && cargo build --release --locked --bin repoint

FROM alpine:3.22
RUN apk add --no-cache git=~2 && git config --system --add safe.directory '*'
COPY --from=build /repoint/target/release/repoint /usr/local/bin/repoint
WORKDIR /src
USER 65534:65534
ENTRYPOINT ["repoint"]
CMD ["check"]
