import type { Deployment } from '../assembly/deployment.ts';
import { aliasArns, type QualifiedName } from './aliases.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';
import { type FunctionSettings, LambdaFunction } from './function.ts';
import { configureFunction } from './function-configuration.ts';

/** All functions of a deployment. */
export class Functions {
  readonly all: readonly LambdaFunction[];
  readonly #aliases: ReadonlySet<string>;

  constructor(all: readonly LambdaFunction[], aliases: ReadonlySet<string>) {
    this.all = all;
    this.#aliases = aliases;
  }

  /** @param overrides replace values of environment variables, and add none */
  static async of(deployment: Deployment, overrides: Readonly<Record<string, string>>, settings: FunctionSettings) {
    const all: LambdaFunction[] = [];
    for (const resource of deployment.resources('AWS::Lambda::Function')) {
      all.push(new LambdaFunction(await configureFunction(resource, deployment, overrides), settings));
    }
    return new Functions(all, aliasArns(deployment));
  }

  /** The function with this logical ID, name or ARN. */
  find(idNameOrArn: string): LambdaFunction | undefined {
    return this.all.find(({ configuration: { resource, name, arn } }) =>
      [resource.logicalId, name, arn].includes(idNameOrArn),
    );
  }

  /**
   * The function that a request names, and its ARN with the qualifier of the request.
   * @returns undefined if there is no such function, alias or version
   */
  qualified({ function: name, qualifier }: QualifiedName): { target: LambdaFunction; arn: string } | undefined {
    const target = this.find(name);
    if (target === undefined || qualifier === undefined) return target && { target, arn: target.configuration.arn };
    const arn = `${target.configuration.arn}:${qualifier}`;
    return qualifier === '$LATEST' || this.#aliases.has(arn) ? { target, arn } : undefined;
  }

  environment(id: string): ExecutionEnvironment | undefined {
    return this.#environments().find(({ environment }) => environment.id === id)?.environment;
  }

  states() {
    return this.all.map((each) => each.state());
  }

  /** Reports a leap of `Date` to all environments. */
  shiftClock(offsetMilliseconds: number): void {
    for (const { environment } of this.#environments()) environment.shiftClock(offsetMilliseconds);
  }

  recycle(): void {
    for (const each of this.all) each.recycle();
  }

  /** Kills one environment. It prefers a busy one. */
  killOne(random: () => number) {
    const environments = this.#environments();
    const busy = environments.filter(({ environment }) => environment.busy);
    const candidates = busy.length > 0 ? busy : environments;
    const chosen = candidates[Math.floor(random() * candidates.length)];
    if (!chosen) return undefined;
    const { id, pid, busy: wasBusy } = chosen.environment;
    kill(chosen.environment);
    return { function: chosen.function, id, pid, busy: wasBusy };
  }

  /** Kills all environments. Returns their number. */
  killAll(): number {
    const environments = this.#environments();
    for (const { environment } of environments) kill(environment);
    return environments.length;
  }

  /** Resolves when no invocation is running. */
  async idle(): Promise<void> {
    await Promise.all(this.all.map((each) => each.idle()));
  }

  /** Kills all environments, and resolves when their processes have ended. */
  async stop(): Promise<void> {
    const gone = this.#environments().map(({ environment }) => environment.exited);
    this.killAll();
    await Promise.all(gone);
  }

  #environments() {
    return this.all.flatMap((each) =>
      each.environments().map((environment) => ({ function: each.configuration.name, environment })),
    );
  }
}

function kill(environment: ExecutionEnvironment): void {
  environment.kill('Runtime.ExitError', 'Runtime exited with error: signal: killed');
}
