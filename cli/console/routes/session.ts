import { Hono } from 'hono';
import { whoAmI } from '../../pipeline/who-am-i.ts';
import { pageNames, type Session } from '../contract/session.ts';
import type { OpenDesk } from '../desk.ts';
import type { ConsoleWorld } from '../world.ts';

/** What the page needs to know first. It answers without AWS, too. */
export function sessionRoutes(world: ConsoleWorld): Hono {
  const { desk, local, readOnly } = world;
  const pages = pageNames.filter((name) => local || name !== 'emulator');
  const nothing = { stage: null, region: null, identity: null, lanes: [], producers: [], templates: [] };
  let identity: Session['identity'] = null;
  return new Hono().get('/session', async (context) => {
    const common = { local, readOnly, pages };
    const session = await desk.open().then(
      async (open): Promise<Session> => {
        identity ??= await identityOf(open).catch(() => null);
        return { ...common, ...sessionOf(open), identity, problems: [] };
      },
      (error): Session => ({
        ...common,
        ...nothing,
        stack: desk.stackName ?? '',
        problems: [world.problemOf(error)],
      }),
    );
    return context.json(session);
  });
}

/** Who the operator is, as the audit names it. A stack of an earlier release has no operations function. */
async function identityOf({ deployed }: OpenDesk): Promise<Session['identity']> {
  const caller = await whoAmI(deployed.operations);
  return caller === undefined ? null : { arn: caller.arn, account: caller.account };
}

function sessionOf({
  deployed,
  configured,
}: OpenDesk): Omit<Session, 'local' | 'readOnly' | 'pages' | 'problems' | 'identity'> {
  const { producers = [], templates = {} } = configured?.settings ?? {};
  return {
    stack: deployed.stackName,
    stage: configured?.stage ?? null,
    region: process.env.AWS_REGION ?? null,
    lanes: deployed.commandLanes,
    producers: producers.map(({ source, lanes, templates }) => ({
      source,
      lanes: [...lanes],
      templates: [...templates],
    })),
    templates: Object.entries(templates).map(([onelinkId, { domain }]) => ({ onelinkId, domain })),
  };
}
