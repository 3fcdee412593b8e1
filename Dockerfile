# The mock servers as an image: what the lock pins and nothing else, no root, no shell needed.
FROM python:3.12.8-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/ixkit && /opt/ixkit/bin/pip install --no-cache-dir --quiet --require-hashes -r requirements.lock
# .dockerignore lets in what a wheel is made of, and nothing else.
COPY . .
RUN /opt/ixkit/bin/pip install --no-cache-dir --quiet --no-deps --no-build-isolation --no-index .

FROM python:3.12.8-slim-bookworm
COPY --from=build /opt/ixkit /opt/ixkit
RUN useradd --system --uid 10001 --create-home ixkit
USER 10001
WORKDIR /home/ixkit
ENV PATH=/opt/ixkit/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
EXPOSE 4710-4715
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:4710/readyz', timeout=2)"]
ENTRYPOINT ["ixkit"]
# Others reach a container only by its outer address; so the control port needs IXKIT_CONTROL_TOKEN.
CMD ["serve", "--host", "0.0.0.0", "--allow-host", "ixkit", "--allow-host", "localhost"]
