import type { Authorizer } from '../access/authorizer.ts';
import type { Deployment, Resource } from '../assembly/deployment.ts';
import type { Clock } from '../clock.ts';
import { ApiAccess } from './api-access.ts';
import { type ApiServer, type ServerSettings, startApiServer } from './api-server.ts';
import { Gateway } from './gateway.ts';
import { type FindFunction, readRestApi } from './rest-api.ts';
import { readUsagePlans } from './usage-plans.ts';

/** One stage of a REST API, and where it is. */
export interface HttpApi {
  /** Of the API. */
  readonly logicalId: string;
  readonly id: string;
  readonly stage: string;
  /** `http://127.0.0.1:{port}/{stage}` */
  readonly url: string;
}

interface Parts {
  readonly deployment: Deployment;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  findFunction: FindFunction;
  record(api: string, stage: string, name: string, value: number): void;
  log(logGroupName: string, line: string): void;
}

/** The servers of a deployment's REST APIs. */
export class HttpApis {
  readonly #servers: readonly { readonly resource: Resource; readonly server: ApiServer }[];

  constructor(servers: readonly { readonly resource: Resource; readonly server: ApiServer }[]) {
    this.#servers = servers;
  }

  /**
   * Begins to answer.
   * @returns the stages of all APIs
   * @throws if an API is what API Gateway would refuse, or needs something that is not implemented
   */
  serve({ deployment, authorizer, clock, findFunction, record, log }: Parts): HttpApi[] {
    if (this.#servers.length === 0) return [];
    const access = new ApiAccess(authorizer);
    const findKey = readUsagePlans(deployment, clock);
    return this.#servers.flatMap(({ resource, server }) => {
      const api = readRestApi(resource, deployment, findFunction);
      const gateway = new Gateway(api, {
        access,
        findKey,
        clock,
        domainName: new URL(server.endpoint).host,
        record: (stage, name, value) => record(api.name, stage, name, value),
        log,
      });
      server.answer = (request) => gateway.answer(request);
      return [...api.stages.keys()].map((stage) => ({
        logicalId: resource.logicalId,
        id: api.id,
        stage,
        url: `${server.endpoint}/${stage}`,
      }));
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map(({ server }) => server.stop()));
  }
}

/**
 * Opens a port for each REST API, so that the outputs and variables of the templates can name it. Until `serve`, a
 * request is refused.
 */
export async function openHttpApis(deployment: Deployment, settings: ServerSettings): Promise<HttpApis> {
  const servers = await Promise.all(
    deployment.resources('AWS::ApiGateway::RestApi').map(async (resource) => {
      const server = await startApiServer(settings);
      deployment.setAddress(`${resource.ref}.execute-api.${deployment.place.region}.amazonaws.com`, server.endpoint);
      return { resource, server };
    }),
  );
  return new HttpApis(servers);
}
