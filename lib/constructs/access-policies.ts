import { CfnManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { campaignsPermission, type Permission } from '../../lambdas/domain/acts/names.ts';
import { ConfigurationError } from '../config/configuration-error.ts';
import { pascalSource } from '../config/source-names.ts';
import { onCallMays } from './access-on-call.ts';
import { type AccessProps, type May, readsOf } from './access-reads.ts';
import { keyUses } from './key-use.ts';
import { policyCharacters } from './policy-limits.ts';

/** Characters of a managed policy, without white space (IAM user guide, "IAM and STS quotas"). */
const mostCharacters = 6_144;
/** Managed policies of one role, without a raise of the quota (IAM user guide, "IAM and STS quotas"). */
const mostOfOneRole = 10;
/** So many ARNs fit into a policy beside others. */
const resourcesAtOnce = 15;

/** A managed policy, or one of its parts. */
export interface AccessPolicy {
  readonly name: string;
  /** Empty for the first part, then `2` and so on. */
  readonly part: string;
  readonly policy: CfnManagedPolicy;
}

/**
 * Managed policies for people and their tools, each with the least that its work needs. Nothing has them until an administrator
 * attaches them. The stack's outputs name them, and docs/permissions.md shows which verbs each permits.
 */
export class AccessPolicies extends Construct {
  readonly #policies: AccessPolicy[] = [];
  readonly #props: AccessProps;

  /** @throws ConfigurationError when a policy needs more parts than a role can have */
  constructor(scope: Construct, id: string, props: AccessProps) {
    super(scope, id);
    this.#props = props;
    const { settings } = props;
    const reads = readsOf(this, props);
    this.#policy('Reader', 'Sees states, counts and names. Sees no link, and no value of a link', reads.withoutValues);
    this.#policy('Support', 'Sees links with their values, and exports them', [
      ...reads.withoutValues,
      ...reads.subscriptions,
      ...reads.values,
      this.#mayAct('support'),
    ]);
    this.#policy('Operator', 'Acts on lanes, dead letters, senders, keys and campaigns. Sees no value of a link', [
      ...reads.withoutValues,
      ...reads.subscriptions,
      ...reads.keys,
      this.#mayAct('operate', 'campaigns-*'),
    ]);
    if (reads.documents.length > 0) {
      this.#policy(
        'Browser',
        'Reads the runbook and starts acts in the AWS console, without a checkout. Sees no value of a link',
        [reads.stack, ...reads.documents, this.#mayAct('operate')],
      );
    }
    this.#policy('Purge', 'Deletes dead letters, and receives them with the values that they hold', [
      reads.stack,
      ...reads.deadLetters,
      this.#mayAct('purge'),
    ]);
    this.#policy(
      'OnCall',
      'Beside Operator, Support and Auditor: the commands of aws in the runbook. Sees no value of a link',
      [reads.stack, ...onCallMays(props.state, props.onCall)],
    );
    this.#policy('Privacy', 'Finds and erases the links of a person', [reads.stack, this.#mayAct('privacy')]);
    this.#policy('Auditor', 'Reads the records of all acts', [reads.stack, ...reads.audit]);
    for (const producer of settings.producers) {
      const name = pascalSource(producer.source);
      this.#policy(`CampaignOwner${name}`, 'Drops campaigns of one producer, reads their results, and acts on them', [
        ...reads.campaignsOf(producer),
        this.#mayAct(campaignsPermission(producer.source)),
      ]);
      this.#policy(`Producer${name}`, 'Sends commands of one producer, and receives its outcomes', [
        ...reads.asProducer(producer.source, producer.lanes),
      ]);
    }
  }

  get policies(): readonly AccessPolicy[] {
    return this.#policies;
  }

  #mayAct(...permissions: (Permission | 'campaigns-*')[]): May {
    const { functionArn } = this.#props.operations.function;
    return { actions: ['lambda:InvokeFunction'], resources: permissions.map((one) => `${functionArn}:${one}`) };
  }

  #policy(name: string, description: string, mays: readonly May[]): void {
    const { key } = this.#props.surroundings;
    const actions = new Set(mays.flatMap((may) => may.actions));
    const parts = partsOf(this, key ? [...mays, ...keyUses(this, key.keyArn, actions)] : mays);
    if (parts.length > mostOfOneRole) {
      const rule = `the policy ${name} must have at most ${mostOfOneRole} parts (IAM); got ${parts.length}`;
      throw new ConfigurationError([`producers: ${rule}. Move some producers to another pipeline.`], this.node.path);
    }
    for (const [index, statements] of parts.entries()) {
      const part = index === 0 ? '' : String(index + 1);
      const policy = new CfnManagedPolicy(this, `${name}Policy${part}`, {
        description: part === '' ? description : `${description} (part ${part})`,
        policyDocument: { Version: '2012-10-17', Statement: statements },
      });
      this.#policies.push({ name, part, policy });
    }
  }
}

/** Statements in as many documents as IAM's limit demands. A long list of resources is divided. */
function partsOf(scope: Construct, mays: readonly May[]): object[][] {
  const pieces = mays.flatMap(({ resources, ...may }) =>
    Array.from({ length: Math.ceil(resources.length / resourcesAtOnce) }, (_, index) => ({
      ...may,
      resources: resources.slice(index * resourcesAtOnce, (index + 1) * resourcesAtOnce),
    })),
  );
  const parts: object[][] = [];
  for (const { actions, resources, conditions } of pieces) {
    const statement = new PolicyStatement({
      actions: [...actions],
      resources: [...resources],
      ...(conditions && { conditions }),
    }).toStatementJson();
    const last = parts.at(-1);
    if (last && policyCharacters(scope, { Version: '2012-10-17', Statement: [...last, statement] }) <= mostCharacters) {
      last.push(statement);
    } else parts.push([statement]);
  }
  return parts;
}
