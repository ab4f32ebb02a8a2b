import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerVersion } from './server-version.ts';

const run = promisify(execFile);
const buildTimeoutMs = 600_000;

export type ServerBinary =
  | { readonly kind: 'found'; readonly path: string }
  /** `problem` is one sentence; `command` installs what is missing. */
  | { readonly kind: 'missing'; readonly problem: string; readonly command: string };

/** Where servers are kept: `TFDC_CACHE`, or the user's cache folder. Outside the tree, so that a fresh clone finds them. */
export function cacheFolder(): string {
  const { TFDC_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  return own ?? join(shared ?? join(homedir(), '.cache'), 'tfdc-harness');
}

function installCommand(version: ServerVersion): string {
  return `npm run conformance -- nats --install ${version}`;
}

function cachedPath(version: ServerVersion): string {
  return join(cacheFolder(), `nats-server-${version}`);
}

async function versionOf(path: string): Promise<string> {
  const { stdout } = await run(path, ['--version'], { timeout: 10_000 });
  return /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? stdout.trim();
}

/** Looks in the cache only; asks the binary for its version, so that a wrong one is never taken. */
export async function findServer(version: ServerVersion): Promise<ServerBinary> {
  const path = cachedPath(version);
  const command = installCommand(version);
  if (!existsSync(path))
    return { kind: 'missing', problem: `nats-server ${version} is not installed`, command };
  try {
    const met = await versionOf(path);
    if (met === version) return { kind: 'found', path };
    return { kind: 'missing', problem: `${path} is nats-server ${met}, not ${version}`, command };
  } catch (error) {
    return { kind: 'missing', problem: `${path} does not run: ${messageOf(error)}`, command };
  }
}

/** Finds a server, or gets it: 2.9.10 is Debian's package, the others are built from their Go module. */
export async function installServer(version: ServerVersion): Promise<ServerBinary> {
  const present = await findServer(version);
  if (present.kind === 'found') return present;
  const folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'install-'));
  try {
    const built = version === '2.9.10' ? await unpackDebian(work) : await buildModule(work, version);
    // Renamed into place, so that no other run ever sees half a file.
    renameSync(built, cachedPath(version));
  } catch (error) {
    const command =
      version === '2.9.10'
        ? `apt-get update && ${installCommand(version)} (needs apt-get and dpkg-deb)`
        : `${installCommand(version)} (needs Go 1.26)`;
    return { kind: 'missing', problem: `nats-server ${version} cannot be got: ${messageOf(error)}`, command };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return await findServer(version);
}

async function unpackDebian(work: string): Promise<string> {
  await run('apt-get', ['download', 'nats-server'], { cwd: work, timeout: buildTimeoutMs });
  await run('sh', ['-c', 'dpkg-deb -x ./*.deb unpacked'], { cwd: work, timeout: 60_000 });
  const folder = ['usr/sbin', 'usr/bin'].find((candidate) =>
    existsSync(join(work, 'unpacked', candidate, 'nats-server')),
  );
  if (folder === undefined) throw new Error('the package holds no nats-server');
  return join(work, 'unpacked', folder, 'nats-server');
}

/** Exact versions from a throw-away module: asking for version lists is refused for some modules (live-stack §2). */
async function buildModule(work: string, version: ServerVersion): Promise<string> {
  const module = 'github.com/nats-io/nats-server/v2';
  writeFileSync(join(work, 'go.mod'), `module tools\n\ngo 1.26\n\nrequire ${module} v${version}\n`);
  const built = join(work, 'nats-server');
  await run('go', ['build', '-ldflags', '-s -w', '-o', built, module], {
    cwd: work,
    timeout: buildTimeoutMs,
    env: {
      ...process.env,
      GOFLAGS: '-mod=mod -buildvcs=false -trimpath',
      GOTOOLCHAIN: 'local',
      CGO_ENABLED: '0',
    },
  });
  return built;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? error.message) : String(error);
}
