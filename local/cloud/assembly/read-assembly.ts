import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const manifestSchema = z.object({
  artifacts: z
    .record(
      z.string(),
      z.looseObject({
        type: z.string(),
        environment: z.string().optional(),
        properties: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .default({}),
});

const templateSchema = z.looseObject({
  Resources: z
    .record(
      z.string(),
      z.looseObject({
        Type: z.string(),
        Condition: z.string().optional(),
        Properties: z.record(z.string(), z.unknown()).optional(),
        Metadata: z.looseObject({ 'aws:cdk:path': z.string().optional() }).optional(),
      }),
    )
    .default({}),
  Parameters: z.record(z.string(), z.looseObject({ Default: z.unknown().optional() })).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Outputs: z
    .record(
      z.string(),
      z.looseObject({
        Value: z.unknown(),
        Description: z.string().optional(),
        Condition: z.string().optional(),
        Export: z.object({ Name: z.unknown() }).optional(),
      }),
    )
    .default({}),
});

const assetManifestSchema = z.object({
  files: z
    .record(
      z.string(),
      z.looseObject({
        source: z.looseObject({ path: z.string().optional() }),
        destinations: z.record(z.string(), z.looseObject({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

export type Template = z.infer<typeof templateSchema>;

export interface Stack {
  readonly name: string;
  /** Undefined if the stack leaves it to the deployment. */
  readonly region: string | undefined;
  readonly template: Template;
  /** Maps the object key of an asset to its path on disk. */
  readonly assets: ReadonlyMap<string, string>;
}

/**
 * Reads the stacks of a synthesised CDK assembly, those of nested stages included.
 * @param directory the output of `cdk synth` (`cdk.out`)
 * @param names only these stacks; default all
 * @throws if the directory has no assembly, or the assembly has no stack of a given name
 */
export async function readAssembly(directory: string, names?: readonly string[]): Promise<Stack[]> {
  const stacks = await readStacks(path.resolve(directory));
  const unknown = names?.filter((name) => !stacks.some((stack) => stack.name === name)) ?? [];
  if (unknown.length > 0) {
    throw new Error(
      `no stack ${unknown.join(', ')} in ${directory}. Its stacks: ${stacks.map((stack) => stack.name).join(', ') || 'none'}`,
    );
  }
  return names ? stacks.filter((stack) => names.includes(stack.name)) : stacks;
}

async function readStacks(directory: string): Promise<Stack[]> {
  const { artifacts } = await readJson(path.join(directory, 'manifest.json'), manifestSchema);
  const assets = new Map<string, string>();
  for (const { type, properties } of Object.values(artifacts)) {
    if (type !== 'cdk:asset-manifest' || typeof properties?.file !== 'string') continue;
    const { files } = await readJson(path.join(directory, properties.file), assetManifestSchema);
    for (const { source, destinations } of Object.values(files)) {
      if (source.path === undefined) continue;
      for (const { objectKey } of Object.values(destinations)) {
        assets.set(objectKey, path.resolve(directory, source.path));
      }
    }
  }
  const stacks: Stack[] = [];
  for (const [id, { type, environment, properties }] of Object.entries(artifacts)) {
    if (type === 'cdk:cloud-assembly' && typeof properties?.directoryName === 'string') {
      stacks.push(...(await readStacks(path.join(directory, properties.directoryName))));
    }
    if (type !== 'aws:cloudformation:stack' || typeof properties?.templateFile !== 'string') continue;
    const region = environment?.split('/').at(-1);
    stacks.push({
      name: typeof properties.stackName === 'string' ? properties.stackName : id,
      region: region === undefined || region.startsWith('unknown') ? undefined : region,
      template: await readJson(path.join(directory, properties.templateFile), templateSchema),
      assets,
    });
  }
  return stacks;
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new Error(`cannot read ${file} of the assembly (run cdk synth first)`, { cause });
  }
}
