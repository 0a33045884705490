# The program in an image. Not built by the tests: no container engine runs where they do.
#
#   docker build --tag dateline .
#   docker run --rm --volume "$PWD:/work" dateline analyze news --out results
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends build-essential && rm -rf /var/lib/apt/lists/*
COPY . /src
RUN cargo install --locked --path /src --root /out

FROM debian:bookworm-slim
COPY --from=build /out/bin/dateline /usr/local/bin/dateline
WORKDIR /work
ENTRYPOINT ["dateline"]
