import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { cacheFolder, LiveProblem } from '../nats/index.ts';

const run = promisify(execFile);

export const cassandraVersion = '5.0.8';

/** The jars are got by whatever needs a node first. */
export const installCassandra = 'npm run conformance -- cassandra --operations 100 --faults 0 --stories none';

/** Where the server's jars lie, and the archive of loaded classes that makes starts faster once it exists. */
export interface Distribution {
  readonly libraries: string;
  readonly classArchive: string;
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tfdc.harness</groupId>
  <artifactId>cassandra-server</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.cassandra</groupId>
      <artifactId>cassandra-all</artifactId>
      <version>${cassandraVersion}</version>
    </dependency>
  </dependencies>
</project>
`;

/**
 * Finds the jars in the cache, or gets them through Maven's ordinary client (live-stack §1). Throws `LiveProblem`
 * where Java or Maven is missing or the download fails.
 */
export async function obtainCassandra(): Promise<Distribution> {
  await checkJava();
  const present = findCassandra();
  if (present !== undefined) return present;
  const { folder, libraries, classArchive } = places();
  await checkMaven();
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'install-'));
  try {
    writeFileSync(join(work, 'pom.xml'), pom);
    await run(
      'mvn',
      ['-q', '-B', '-ntp', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib'],
      { cwd: work, timeout: 600_000, maxBuffer: 64 << 20 },
    );
    // Renamed into place, so that no other run ever sees half a folder.
    renameSync(join(work, 'lib'), libraries);
  } catch (error) {
    // Another run was first.
    if (holdsServer(libraries)) return { libraries, classArchive };
    throw new LiveProblem(
      `the jars of Cassandra ${cassandraVersion} cannot be got`,
      `mvn -B dependency:get -Dartifact=org.apache.cassandra:cassandra-all:${cassandraVersion}`,
      { cause: error },
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return { libraries, classArchive };
}

/** The jars where they are in the cache. */
export function findCassandra(): Distribution | undefined {
  const { libraries, classArchive } = places();
  return holdsServer(libraries) ? { libraries, classArchive } : undefined;
}

function places(): Distribution & { readonly folder: string } {
  const folder = join(cacheFolder(), `cassandra-${cassandraVersion}`);
  return { folder, libraries: join(folder, 'lib'), classArchive: join(folder, 'classes.jsa') };
}

function holdsServer(libraries: string): boolean {
  return existsSync(libraries) && readdirSync(libraries).includes(`cassandra-all-${cassandraVersion}.jar`);
}

/** Resolves to the version's line. Throws a `LiveProblem` where there is none, or one that Cassandra does not run on. */
export async function checkJava(): Promise<string> {
  let text: string;
  try {
    const { stdout, stderr } = await run('java', ['-version'], { timeout: 30_000 });
    text = stdout + stderr;
  } catch (error) {
    throw new LiveProblem(
      'a real Cassandra needs Java 11 or 17, and there is none',
      'apt-get install -y --no-install-recommends openjdk-17-jre-headless maven',
      { cause: error },
    );
  }
  const major = Number(/version "(\d+)/.exec(text)?.[1]);
  if (major !== 11 && major !== 17) {
    throw new LiveProblem(
      `a real Cassandra needs Java 11 or 17, and java is ${major}`,
      'apt-get install -y --no-install-recommends openjdk-17-jre-headless, and put it first on the PATH',
    );
  }
  return text.split('\n')[0] ?? '';
}

/** Resolves to the version's line. Throws a `LiveProblem` where there is none. */
export async function checkMaven(): Promise<string> {
  try {
    const { stdout } = await run('mvn', ['-v'], { timeout: 60_000 });
    return stripVTControlCharacters(stdout.split('\n')[0] ?? '');
  } catch (error) {
    throw new LiveProblem(
      'the jars of Cassandra are got by Maven, and there is none',
      'apt-get install -y --no-install-recommends maven',
      { cause: error },
    );
  }
}
