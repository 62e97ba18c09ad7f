// SPDX-License-Identifier: EUPL-1.2
// tus.mjs PORT CERT KEY ROOT FILE HOW…: tus-js-client, as it comes, with a client certificate.
//   new UUID CHUNK     begin an upload of FILE for that package and send all of it in chunks of that size
//   go URL CHUNK       go on with the upload at URL
//   then, in any order:
//   pause N            stop after N chunks, and leave it like that
//   twice              stop after the first chunk and start again in the same run
//   sum ALGORITHM      a checksum goes with each chunk; with `wrong`, that of other bytes
//   cut N              the first connection with a body is cut when N bytes of it went through
//   end                stop after the first chunk and terminate the upload
// Prints one JSON object: {url, offset, requests: ["POST 201", …], error?: {status}}.
import crypto from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import * as tus from 'tus-js-client';

const [port, cert, key, root, file, ...how] = process.argv.slice(2);
const word = (name, n) => {
  const i = how.indexOf(name);
  return i < 0 ? undefined : how.slice(i + 1, i + 1 + n);
};
const bytes = fs.readFileSync(file);
const [target, chunk] = word('new', 2) ?? word('go', 2);
const wrong = how.includes('wrong');
const algorithm = word('sum', 1)?.[0];
const pause = Number(word('pause', 1)?.[0] ?? Infinity);
const cut = Number(word('cut', 1)?.[0] ?? 0);

// A wire that cuts the first connection that brings more than `cut` bytes; afterwards it does not.
async function wire() {
  let done = false;
  const server = net.createServer(near => {
    const far = net.connect(Number(port), '127.0.0.1');
    let n = 0;
    near.on('data', d => {
      n += d.length;
      if (!done && n > cut) {
        done = true;
        near.destroy();
        far.destroy();
      } else far.write(d);
    });
    far.on('data', d => near.write(d));
    for (const [a, b] of [[near, far], [far, near]]) {
      a.on('error', () => b.destroy());
      a.on('close', () => b.destroy());
    }
  });
  await new Promise(r => server.listen(0, '127.0.0.1', r));
  return server;
}

const between = cut ? await wire() : undefined;
const base = `https://127.0.0.1:${between ? between.address().port : port}`;
const agent = new https.Agent({
  keepAlive: true,
  cert: fs.readFileSync(cert),
  key: fs.readFileSync(key),
  ca: fs.readFileSync(root),
  checkServerIdentity: () => undefined, // organisations are known by OIN, not by a name of the network
});
const said = { url: undefined, offset: 0, requests: [] };

function sum(req) {
  if (!algorithm || req.getMethod() !== 'PATCH') return;
  const at = Number(req.getHeader('Upload-Offset'));
  const piece = wrong ? Buffer.from('other bytes') : bytes.subarray(at, at + Number(chunk));
  req.setHeader('Upload-Checksum', `${algorithm} ${crypto.createHash(algorithm).update(piece).digest('base64')}`);
}

await new Promise(resolve => {
  let chunks = 0;
  const again = how.includes('twice');
  const upload = new tus.Upload(bytes, {
    endpoint: `${base}/v1/uploads`,
    uploadUrl: how.includes('go') ? base + new URL(target, base).pathname : null,
    metadata: how.includes('new') ? { package: target } : {},
    chunkSize: Number(chunk),
    retryDelays: [0, 50, 200, 500],
    httpStack: new tus.DefaultHttpStack({ agent }),
    onBeforeRequest: sum,
    onAfterResponse: (req, res) => { said.requests.push(`${req.getMethod()} ${res.getStatus()}`); },
    onChunkComplete: (size, accepted) => {
      said.offset = accepted;
      chunks++;
      if (how.includes('end')) upload.abort(true).then(resolve, e => { said.error = { message: e.message }; resolve(); });
      else if (again && chunks === 1) upload.abort().then(() => upload.start());
      else if (chunks === pause) upload.abort().then(resolve);
      said.url = new URL(upload.url ?? target, base).pathname;
    },
    onError: e => {
      said.error = { status: e.originalResponse?.getStatus() ?? 0 };
      said.url = upload.url ? new URL(upload.url).pathname : undefined;
      resolve();
    },
    onSuccess: () => {
      said.offset = bytes.length;
      said.url = new URL(upload.url).pathname;
      resolve();
    },
  });
  upload.start();
});
console.log(JSON.stringify(said));
process.exit(0);
