import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SLIPWAY = fileURLToPath(new URL('../../dist/slipway.js', import.meta.url));
const HELLO = fileURLToPath(new URL('../../examples/hello', import.meta.url));

test('a byte flipped on disk is never promoted, and the step that made it makes it again', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-flip-'));
  const slipway = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [SLIPWAY, ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr };
  };
  try {
    cpSync(HELLO, folder, { recursive: true });
    slipway('init');
    slipway('plan', 'main');
    expect(slipway('verify', 'main-1.1')).toMatchObject({ status: 0 });
    const shown = JSON.parse(
      spawnSync(process.execPath, [SLIPWAY, 'show', 'main-1.1', '--output', 'json'], { cwd: folder, encoding: 'utf8' })
        .stdout,
    ) as {
      plan: { packages: { sha256: string }[] };
    };
    const sha256 = shown.plan.packages[0]!.sha256;
    const artifacts = join(folder, '.slipway/artifacts');
    const blob = join(
      artifacts,
      readdirSync(artifacts, { recursive: true })
        .map(String)
        .find((path) => path.endsWith(sha256))!,
    );
    const bytes = readFileSync(blob);
    bytes[100] = bytes[100]! ^ 1;
    chmodSync(blob, 0o644);
    writeFileSync(blob, bytes);

    expect(slipway('journal', 'verify')).toMatchObject({
      status: 4,
      said: expect.stringMatching(
        new RegExp(`artifact ${sha256} is damaged .*main-1\\.1, [\\s\\S]*next: slipway stage main-1\\.1`),
      ),
    });
    expect(slipway('promote', 'main-1.1', '--yes')).toMatchObject({
      status: 6,
      said: expect.stringContaining('is not sound'),
    });
    expect(slipway('stage', 'main-1.1')).toMatchObject({
      status: 0,
      said: expect.stringContaining('it is done again'),
    });
    expect(slipway('journal', 'verify')).toMatchObject({
      status: 0,
      said: expect.stringContaining('each as it was put'),
    });
    expect(slipway('resume', 'main-1.1')).toMatchObject({ status: 0, said: expect.stringContaining('is live') });
    expect(slipway('journal', 'show', 'run/main-1.1').said).toContain('step.bytes-missing');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
