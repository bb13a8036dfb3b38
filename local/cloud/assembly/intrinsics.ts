/** The lookups of one template's intrinsic functions. Each lookup throws for an unknown name. */
export interface Scope {
  ref(name: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
  condition(name: string): boolean;
  mapping(name: string, key: string, secondKey: string): unknown;
  imported(exportName: string): unknown;
}

/** The value of `Ref: AWS::NoValue`. A property or list entry with this value disappears. */
export const noValue: unique symbol = Symbol('AWS::NoValue');

/**
 * Resolves the intrinsic functions of a CloudFormation value, at any depth.
 * @throws for an unknown function or an invalid argument
 */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((entry) => resolve(entry, scope)).filter((entry) => entry !== noValue);
  if (!isRecord(value)) return value;
  const [name, ...others] = Object.keys(value);
  if (name !== undefined && others.length === 0 && isIntrinsic(name)) return call(name, value[name], scope);
  const resolved: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    const result = resolve(entry, scope);
    if (result !== noValue) resolved[key] = result;
  }
  return resolved;
}

/** Decides an entry of the template's `Conditions`. */
export function decide(value: unknown, scope: Scope): boolean {
  const result = resolve(value, scope);
  if (result === true || result === 'true') return true;
  if (result === false || result === 'false') return false;
  throw new Error(`a condition must be true or false, not ${JSON.stringify(result)}`);
}

function isIntrinsic(name: string): boolean {
  return name === 'Ref' || name === 'Condition' || name.startsWith('Fn::');
}

function call(name: string, argument: unknown, scope: Scope): unknown {
  switch (name) {
    case 'Ref':
      return scope.ref(text(argument, scope));
    // An IAM statement has a property `Condition` too, but only the name of a condition is a string.
    case 'Condition':
      return typeof argument === 'string' ? scope.condition(argument) : { Condition: resolve(argument, scope) };
    case 'Fn::GetAtt': {
      const [logicalId = '', ...attribute] =
        typeof argument === 'string' ? argument.split('.') : texts(argument, scope);
      return scope.attribute(logicalId, attribute.join('.'));
    }
    case 'Fn::Join': {
      const [separator, values] = list(argument, scope);
      return texts(values, scope).join(text(separator, scope));
    }
    case 'Fn::Split': {
      const [separator, whole] = list(argument, scope);
      return text(whole, scope).split(text(separator, scope));
    }
    case 'Fn::Select': {
      const [index, values] = list(argument, scope);
      const chosen = list(values, scope)[Number(index)];
      if (chosen === undefined) throw new Error(`Fn::Select: no entry ${String(index)}`);
      return chosen;
    }
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::ImportValue':
      return scope.imported(text(argument, scope));
    case 'Fn::FindInMap': {
      const [map = '', key = '', secondKey = ''] = texts(argument, scope);
      return scope.mapping(map, key, secondKey);
    }
    case 'Fn::Base64':
      return Buffer.from(text(argument, scope)).toString('base64');
    case 'Fn::If': {
      // Only the chosen branch is resolved: the other may refer to a resource that the condition excludes.
      if (!Array.isArray(argument)) throw new Error('Fn::If takes a list');
      return resolve(scope.condition(text(argument[0], scope)) ? argument[1] : argument[2], scope);
    }
    case 'Fn::Equals': {
      const [left, right] = list(argument, scope);
      return JSON.stringify(left) === JSON.stringify(right);
    }
    case 'Fn::Not':
      return !decide(list(argument, scope)[0], scope);
    case 'Fn::And':
      return list(argument, scope).every((entry) => decide(entry, scope));
    case 'Fn::Or':
      return list(argument, scope).some((entry) => decide(entry, scope));
    default:
      throw new Error(`${name} is not implemented here`);
  }
}

function substitute(argument: unknown, scope: Scope): string {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof template !== 'string' || !isRecord(variables)) throw new Error('Fn::Sub takes a string, or one and a map');
  return template.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    // `${!Literal}` stands for the text `${Literal}`.
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (name in variables) return text(variables[name], scope);
    const [logicalId = '', ...attribute] = name.split('.');
    return text(attribute.length > 0 ? scope.attribute(logicalId, attribute.join('.')) : scope.ref(name), scope);
  });
}

function list(value: unknown, scope: Scope): unknown[] {
  const resolved = resolve(value, scope);
  if (!Array.isArray(resolved)) throw new Error(`expected a list, got ${JSON.stringify(resolved)}`);
  return resolved;
}

function texts(value: unknown, scope: Scope): string[] {
  return list(value, scope).map((entry) => text(entry, scope));
}

function text(value: unknown, scope: Scope): string {
  const resolved = resolve(value, scope);
  if (typeof resolved === 'string') return resolved;
  if (typeof resolved === 'number' || typeof resolved === 'boolean') return String(resolved);
  throw new Error(`expected a text, got ${JSON.stringify(resolved)}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
