import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../../chaos/live/nats/index.ts';

const run = promisify(execFile);
/** Three large programs, from empty caches, beside other work. */
const buildTimeoutMs = 3_600_000;

/** The Kubernetes that the model is compared with, and the version of its staged modules. */
export const kubernetesVersion = '1.34.4';
const kubernetesModule = 'k8s.io/kubernetes';
const stagedVersion = 'v0.34.4';

export const installCommand = 'npm run conformance -- kubernetes --install';

const builtServers = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;
type ServerName = 'etcd' | (typeof builtServers)[number];

/** Paths of the servers of one control plane. */
export type ServerBinaries = Readonly<Record<ServerName, string>>;

/** Where they are kept: outside the tree, so that a fresh clone finds them. */
export function binariesFolder(): string {
  return join(cacheFolder(), `kubernetes-${kubernetesVersion}`);
}

function paths(): ServerBinaries {
  const at = (name: ServerName): string => join(binariesFolder(), name);
  return {
    etcd: at('etcd'),
    'kube-apiserver': at('kube-apiserver'),
    'kube-controller-manager': at('kube-controller-manager'),
    'kube-scheduler': at('kube-scheduler'),
  };
}

/** The servers, or the names of those that are missing. Looks in the cache only. */
export function findServers(): ServerBinaries | readonly string[] {
  const all = paths();
  const missing = Object.values(all).filter((path) => !existsSync(path));
  return missing.length === 0 ? all : missing;
}

/** Gets what is missing: etcd is Debian's package, the others are built from their Go module (live-stack §2, §9). */
export async function installServers(): Promise<void> {
  mkdirSync(binariesFolder(), { recursive: true });
  const work = mkdtempSync(join(binariesFolder(), 'install-'));
  try {
    if (!existsSync(paths().etcd)) await unpackEtcd(work);
    const missing = builtServers.filter((name) => !existsSync(paths()[name]));
    if (missing.length > 0) await build(work, missing);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function unpackEtcd(work: string): Promise<void> {
  await run('apt-get', ['download', 'etcd-server'], { cwd: work, timeout: buildTimeoutMs });
  await run('sh', ['-c', 'dpkg-deb -x ./*.deb unpacked'], { cwd: work, timeout: 60_000 });
  const unpacked = join(work, 'unpacked', 'usr', 'bin', 'etcd');
  chmodSync(unpacked, 0o755);
  renameSync(unpacked, paths().etcd);
}

/** A throw-away module that replaces every staged module by its published version. */
async function build(work: string, missing: readonly (typeof builtServers)[number][]): Promise<void> {
  const environment = {
    ...process.env,
    GOFLAGS: '-mod=mod -buildvcs=false -trimpath',
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
  };
  const options = { cwd: work, timeout: buildTimeoutMs, env: environment, maxBuffer: 64_000_000 };
  const modulePath = join(work, 'go.mod');
  writeFileSync(modulePath, 'module tools\n\ngo 1.26\n');
  const { stdout } = await run(
    'go',
    ['mod', 'download', '-json', `${kubernetesModule}@v${kubernetesVersion}`],
    options,
  );
  const { GoMod: upstream } = JSON.parse(stdout) as { readonly GoMod: string };
  const staged = [...readFileSync(upstream, 'utf8').matchAll(/^\s*(k8s\.io\/[a-z-]+) => \.\/staging/gm)].map(
    ([, name]) => `\t${name} => ${name} ${stagedVersion}`,
  );
  writeFileSync(
    modulePath,
    `module tools\n\ngo 1.26\n\nrequire ${kubernetesModule} v${kubernetesVersion}\n\nreplace (\n${staged.join('\n')}\n)\n`,
  );
  const stamp = 'k8s.io/component-base/version';
  const flags = `-s -w -X ${stamp}.gitVersion=v${kubernetesVersion} -X ${stamp}.gitMajor=1 -X ${stamp}.gitMinor=34`;
  for (const name of missing) {
    const built = join(work, name);
    await run('go', ['build', '-ldflags', flags, '-o', built, `${kubernetesModule}/cmd/${name}`], options);
    renameSync(built, paths()[name]);
  }
}
