/**
 * The harness looks at itself, with small programs in the app's place: what fails here is the machine or the harness,
 * not the app.
 */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from './deadline.ts';
import { Desktop, SCHEME } from './desktop.ts';

test('a notification is recorded, clicked and withdrawn', async (t) => {
  const desktop = await Desktop.for(t);
  const sender = desktop.run('notify-send', ['--app-name=Probe', '--wait', '--action=default=Open', 'Paid', '10 <b>USDC</b>']);
  const seen = await desktop.notifications.find('Paid');
  assert.equal(seen.app, 'Probe');
  assert.equal(seen.body, '10 <b>USDC</b>');
  assert.deepEqual(seen.actions, { default: 'Open' });
  desktop.notifications.choose(seen);
  assert.equal((await sender).stdout.trim(), 'default');
  desktop.notifications.vanish();
  assert.notEqual((await desktop.run('notify-send', ['Nobody', 'there'])).code, 0);
  assert.equal(desktop.notifications.all.length, 1);
});

test('the keyring takes each of its states', async (t) => {
  const desktop = await Desktop.for(t);
  const store = ['store', '--label=Probe', 'service', 'bursar-probe'];
  const lookup = ['lookup', 'service', 'bursar-probe'];
  assert.equal(await desktop.keyring.state(), 'unlocked');
  assert.equal((await desktop.run('secret-tool', store, { input: 'hush' })).code, 0);
  assert.equal((await desktop.run('secret-tool', lookup)).stdout, 'hush');
  assert.deepEqual(await desktop.keyring.labels(), ['Probe']);
  await desktop.keyring.become('locked');
  assert.notEqual((await desktop.run('secret-tool', lookup)).stdout, 'hush');
  await desktop.keyring.become('absent');
  assert.notEqual((await desktop.run('secret-tool', lookup)).code, 0);
  await desktop.keyring.become('unlocked');
  assert.equal((await desktop.run('secret-tool', lookup)).stdout, 'hush');
});

test('an empty keyring has nowhere to write', async (t) => {
  const desktop = await Desktop.for(t, { keyring: 'empty' });
  assert.notEqual((await desktop.run('secret-tool', ['store', '--label=Probe', 'a', 'b'], { input: 'hush' })).code, 0);
});

test('an address opens in the browser, and its page hands a link to the registered program', async (t) => {
  const server = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html');
    answer.end(`<title>Checkout</title><a id="back" href="${SCHEME}://top-up/return?state=abc&amp;x=1">back</a>`);
  });
  await new Promise<void>((ready) => {
    server.listen(0, '127.0.0.1', ready);
  });
  t.after(() => server.close());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const desktop = await Desktop.for(t, { linkOrigins: [origin] });
  const got = join(desktop.processes.scratch, 'link.txt');
  const handler = join(desktop.processes.scratch, 'handler.sh');
  writeFileSync(handler, `#!/bin/sh\nprintf '%s\\n' "$@" >> ${got}\n`, { mode: 0o755 });
  writeFileSync(
    join(desktop.env['XDG_DATA_HOME'] ?? '', 'applications', 'probe.desktop'),
    `[Desktop Entry]\nType=Application\nName=Probe\nExec=${handler} %u\nMimeType=x-scheme-handler/${SCHEME};\n`,
  );
  assert.equal((await desktop.run('gio', ['mime', `x-scheme-handler/${SCHEME}`, 'probe.desktop'])).code, 0);

  assert.equal((await desktop.run('xdg-open', [`${origin}/pay?a=1&b=2`])).code, 0);
  const page = await desktop.browser.page(`${origin}/pay`);
  assert.deepEqual(desktop.browser.opened, [`${origin}/pay?a=1&b=2`]);
  await desktop.picture('browser');
  await page.click('#back');
  await until('the link arrives', () => existsSync(got) && readFileSync(got, 'utf8') === `${SCHEME}://top-up/return?state=abc&x=1\n`);
  await desktop.openLink(`${SCHEME}://top-up/return?state=def`);
  await until('the second link arrives', () => readFileSync(got, 'utf8').includes('state=def'));
});
