// Makes what is served of what Vite built: one file that holds everything, the same compressed, and the
// Content-Security-Policy that lets exactly this file's script and style run, and nothing else.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url).pathname;
const ASSETS = join(DIST, "assets");
/** What a first load may cost, compressed either way: 150 kB. */
const MOST_BYTES = 150_000;

/** The one file in assets/ that ends so. */
function asset(ending) {
  const found = readdirSync(ASSETS).filter((name) => name.endsWith(ending));
  if (found.length !== 1) throw new Error(`expected one ${ending} in assets/, found ${found.length}`);
  return readFileSync(join(ASSETS, found[0]), "utf8").trim();
}

/** `html` with `content` in the place of the one tag that loads it. */
function inlined(html, tag, content) {
  if (html.match(new RegExp(tag, "g"))?.length !== 1) throw new Error(`expected one ${tag} in index.html`);
  return html.replace(new RegExp(tag), () => content);
}

/** How a policy names a script or a style by what is in it. */
const hash = (text) => `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;

/** Inside a script element these two would be read as its end, and as the begin of a comment. */
const script = asset(".js").replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
const style = asset(".css");
if (style.includes("</style")) throw new Error("the style sheet holds </style");

let html = readFileSync(join(DIST, "index.html"), "utf8");
html = inlined(
  html,
  '<script type="module"[^>]*src="[^"]*"[^>]*></script>',
  `<script type="module">${script}</script>`,
);
html = inlined(html, '<link rel="stylesheet"[^>]*>', `<style>${style}</style>`);
const bytes = Buffer.from(html, "utf8");

const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const brotli = brotliCompressSync(bytes, {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  },
});
const gzip = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });

rmSync(ASSETS, { recursive: true });
writeFileSync(join(DIST, "index.html"), bytes);
writeFileSync(join(DIST, "index.html.br"), brotli);
writeFileSync(join(DIST, "index.html.gz"), gzip);
writeFileSync(join(DIST, "csp.txt"), policy);

console.log(`portal/dist/index.html: ${bytes.length} bytes, gzip ${gzip.length}, brotli ${brotli.length}`);
if (gzip.length > MOST_BYTES || brotli.length > MOST_BYTES) {
  console.error(`A first load may cost ${MOST_BYTES} bytes at most.`);
  process.exit(1);
}
