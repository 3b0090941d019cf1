# Builds the image from source, for those who want to build it themselves:
#
#   docker build --build-arg VERSION=$(git describe --tags --always) -t hookbeam .
#
# Releases are built by make image, which needs no container engine and no base image, and whose result is the same byte
# for byte each time. Both images have the same files and the same configuration. What is tested: the last stage, which
# Debian's buildah builds in make test-services. The first two stages are UNTESTED, because they need base images from a
# registry; they run the commands of the Makefile.

FROM node:20-bookworm-slim AS ui
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY ui ui
COPY web/tokens.css web/tokens.css
RUN npm run --silent build

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
COPY tools/go.mod tools/go.sum tools/
COPY tools/dns tools/dns
RUN go mod download && cd tools && go mod download
COPY . .
COPY --from=ui /src/ui/dist ui/dist
COPY --from=ui /src/node_modules node_modules
ARG VERSION=unknown
RUN cd tools && go run ./compress ../ui/dist
RUN CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags "-s -w -X main.version=$VERSION" \
    -o /out/usr/local/bin/hookbeam . && \
  cd tools && go run ./release licenses -root .. -out /tmp/THIRD-PARTY-LICENSES.txt && \
  go run ./image -root /out -zones "$(go env GOROOT)/lib/time/zoneinfo.zip" ../LICENSE /tmp/THIRD-PARTY-LICENSES.txt

FROM scratch
COPY --from=build /out/ /
COPY --from=build --chown=65532:65532 /out/data /data
ENV PATH=/usr/local/bin HOOKBEAM_DATA=/data HOOKBEAM_LISTEN=0.0.0.0:8080
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["/usr/local/bin/hookbeam", "health"]
ENTRYPOINT ["/usr/local/bin/hookbeam"]
CMD ["serve"]
