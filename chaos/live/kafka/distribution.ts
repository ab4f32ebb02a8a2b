import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkJava, checkMaven } from '../cassandra/distribution.ts';
import { cacheFolder, LiveProblem } from '../nats/index.ts';

const run = promisify(execFile);

export const kafkaVersion = '4.1.0';
const artifacts = ['kafka_2.13', 'kafka-tools'] as const;

function dependency(artifact: string): string {
  return `<dependency><groupId>org.apache.kafka</groupId><artifactId>${artifact}</artifactId><version>${kafkaVersion}</version></dependency>`;
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tfdc.harness</groupId>
  <artifactId>kafka-server</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>${artifacts.map(dependency).join('')}</dependencies>
</project>
`;

/**
 * Finds the folder of the broker's jars in the cache, or gets them through Maven's ordinary client (live-stack §8).
 * Throws `LiveProblem` where Java or Maven is missing or the download fails.
 */
export async function obtainKafka(): Promise<string> {
  await checkJava();
  const libraries = join(cacheFolder(), `kafka-${kafkaVersion}`);
  if (holdsBroker(libraries)) return libraries;
  await checkMaven();
  mkdirSync(cacheFolder(), { recursive: true });
  const work = mkdtempSync(join(cacheFolder(), 'install-'));
  try {
    writeFileSync(join(work, 'pom.xml'), pom);
    await run('mvn', ['-q', '-B', '-ntp', 'dependency:copy-dependencies', '-DoutputDirectory=lib'], {
      cwd: work,
      timeout: 600_000,
      maxBuffer: 64 << 20,
    });
    // Renamed into place, so that no other run ever sees half a folder.
    renameSync(join(work, 'lib'), libraries);
  } catch (error) {
    // Another run was first.
    if (holdsBroker(libraries)) return libraries;
    throw new LiveProblem(
      `the jars of Kafka ${kafkaVersion} cannot be got`,
      `mvn -B dependency:get -Dartifact=org.apache.kafka:kafka_2.13:${kafkaVersion}`,
      { cause: error },
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return libraries;
}

function holdsBroker(libraries: string): boolean {
  return existsSync(libraries) && readdirSync(libraries).includes(`kafka_2.13-${kafkaVersion}.jar`);
}
