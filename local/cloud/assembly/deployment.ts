import type { z } from 'zod';
import type { NoticeBoard } from '../notices.ts';
import { withAddresses } from './addresses.ts';
import { type Identity, identify, isKnownKind, type Place } from './identities.ts';
import { decide, noValue, resolve, type Scope } from './intrinsics.ts';
import type { Stack } from './read-assembly.ts';

/** One resource of a template, under the name that it has here. */
export interface Resource extends Identity {
  readonly stack: string;
  readonly logicalId: string;
  /** `stack/logical ID`: its place in messages. */
  readonly where: string;
  readonly type: string;
  /** The construct's path in the CDK app, without its last part `Resource`. Empty if the template has none. */
  readonly constructPath: string;
  /** As in the template, with unresolved intrinsic functions. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** All stacks of an assembly together, with everything in them that a reference can name. */
export class Deployment {
  readonly place: Place;
  readonly #stacks: readonly Stack[];
  readonly #notices: NoticeBoard;
  readonly #scopes = new Map<string, Scope>();
  readonly #resources = new Map<string, Resource>();
  readonly #addresses = new Map<string, string>();

  constructor(stacks: readonly Stack[], place: Place, notices: NoticeBoard) {
    this.place = place;
    this.#stacks = stacks;
    this.#notices = notices;
    for (const stack of stacks) this.#scopes.set(stack.name, this.#scopeOf(stack));
  }

  /**
   * Gives the host of a resource its address here. Resolved properties and outputs have it from then on.
   * @param origin `http://127.0.0.1:{port}`
   */
  setAddress(host: string, origin: string): void {
    this.#addresses.set(host, origin);
  }

  get stackNames(): string[] {
    return this.#stacks.map((stack) => stack.name);
  }

  /** The resources whose condition holds, of one type or all. */
  resources(type?: string): Resource[] {
    const found: Resource[] = [];
    for (const stack of this.#stacks) {
      for (const [logicalId, { Type, Condition }] of Object.entries(stack.template.Resources)) {
        if (type !== undefined && Type !== type) continue;
        if (Condition !== undefined && !this.#scope(stack.name).condition(Condition)) continue;
        found.push(this.#resource(stack, logicalId));
      }
    }
    return found;
  }

  /** The one resource of a type with this logical ID, name or ARN. */
  find(type: string, idNameOrArn: string): Resource | undefined {
    return this.resources(type).find(({ logicalId, name, arn }) => [logicalId, name, arn].includes(idNameOrArn));
  }

  /**
   * A resource's properties, resolved and checked.
   * @throws with the resource's place if they do not match the schema
   */
  properties<T>(resource: Resource, schema: z.ZodType<T>): T {
    try {
      return schema.parse(this.resolved(resource));
    } catch (cause) {
      throw new Error(`${resource.where} (${resource.type}): ${String(cause)}`, { cause });
    }
  }

  /** A resource's properties with their intrinsic functions resolved. */
  resolved(resource: Resource): unknown {
    const properties = withAddresses(resolve(resource.properties, this.#scope(resource.stack)), this.#addresses);
    if (JSON.stringify(properties).includes('{{resolve:')) {
      this.#notices.add('warning', resource.type, 'a {{resolve:…}} reference is not resolved', resource.where);
    }
    return properties;
  }

  /** The path of the asset whose object key a function's `Code` names. */
  asset(resource: Resource, objectKey: string): string | undefined {
    return this.#stack(resource.stack).assets.get(objectKey);
  }

  outputs(stackName: string) {
    const stack = this.#stack(stackName);
    const scope = this.#scope(stackName);
    return Object.entries(stack.template.Outputs)
      .filter(([, { Condition }]) => Condition === undefined || scope.condition(Condition))
      .map(([key, { Value, Description, Export }]) => ({
        key,
        value: String(withAddresses(resolve(Value, scope), this.#addresses)),
        description: Description,
        exportName: Export && String(resolve(Export.Name, scope)),
      }));
  }

  #resource(stack: Stack, logicalId: string): Resource {
    const where = `${stack.name}/${logicalId}`;
    const known = this.#resources.get(where);
    if (known) return known;
    const declared = stack.template.Resources[logicalId];
    if (!declared) throw new Error(`${stack.name} has no resource ${logicalId}`);
    const properties = declared.Properties ?? {};
    // Names only. Two resources may refer to each other's ARNs, and resolving everything here would never end.
    const names = Object.fromEntries(
      Object.entries(properties)
        .filter(([name]) => name.endsWith('Name'))
        .map(([name, value]) => [name, resolve(value, this.#scope(stack.name))]),
    );
    const resource: Resource = {
      ...identify(declared.Type, stack.name, logicalId, names, this.place),
      stack: stack.name,
      logicalId,
      where,
      type: declared.Type,
      constructPath: (declared.Metadata?.['aws:cdk:path'] ?? '').replace(/\/Resource$/, ''),
      properties,
    };
    this.#resources.set(where, resource);
    return resource;
  }

  #stack(name: string): Stack {
    const stack = this.#stacks.find((candidate) => candidate.name === name);
    if (!stack) throw new Error(`no stack ${name}`);
    return stack;
  }

  #scope(stackName: string): Scope {
    const scope = this.#scopes.get(stackName);
    if (!scope) throw new Error(`no stack ${stackName}`);
    return scope;
  }

  #scopeOf(stack: Stack): Scope {
    const { template } = stack;
    const pseudo: Record<string, unknown> = {
      'AWS::Region': this.place.region,
      'AWS::AccountId': this.place.accountId,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stack.name,
      'AWS::StackId': stackId(stack.name, this.place),
      'AWS::NoValue': noValue,
    };
    const scope: Scope = {
      ref: (name) => {
        if (name in pseudo) return pseudo[name];
        if (name in template.Parameters) return template.Parameters[name]?.Default;
        return this.#resource(stack, name).ref;
      },
      attribute: (logicalId, attribute) => {
        const resource = this.#resource(stack, logicalId);
        const value = resource.attributes[attribute];
        if (value !== undefined && isKnownKind(resource.type)) return value;
        const made = value ?? `${resource.name}.${attribute}`;
        this.#notices.add(
          'warning',
          `${resource.type}.${attribute}`,
          'a reference to an unknown attribute gets an invented value',
          `${stack.name}/${logicalId}`,
        );
        return made;
      },
      condition: (name) => {
        if (!(name in template.Conditions)) throw new Error(`${stack.name} has no condition ${name}`);
        return decide(template.Conditions[name], scope);
      },
      mapping: (name, key, secondKey) => {
        const value = template.Mappings[name]?.[key]?.[secondKey];
        if (value === undefined) throw new Error(`${stack.name} has no mapping ${name}.${key}.${secondKey}`);
        return value;
      },
      imported: (exportName) => {
        for (const exporter of this.#stacks) {
          const exporting = this.#scope(exporter.name);
          // Only the wanted output is resolved: this very resolution may be part of another output's.
          for (const { Export, Value } of Object.values(exporter.template.Outputs)) {
            if (Export && resolve(Export.Name, exporting) === exportName) return resolve(Value, exporting);
          }
        }
        throw new Error(`no stack exports ${exportName}`);
      },
    };
    return scope;
  }
}

export function stackId(stackName: string, place: Place): string {
  return `arn:aws:cloudformation:${place.region}:${place.accountId}:stack/${stackName}/00000000-0000-4000-8000-000000000000`;
}
