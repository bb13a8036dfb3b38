import { expect, test } from 'vitest';
import {
  fillIn,
  unsupportedPart,
  unsupportedVariable,
} from '../../../../../local/cloud/api-gateway/mapping-template.ts';

test('context variables are filled in, by any of their spellings', () => {
  const context = { stage: 'live', identity: { sourceIp: '127.0.0.1', user: null }, error: { messageString: '"no"' } };
  const filledIn = (template: string) => fillIn(template, context, '-');

  expect(filledIn(`$context.stage \${context.stage}s $!context.stage`)).toBe('live lives live');
  expect(filledIn('$context.identity.sourceIp. $context.identity.user')).toBe('127.0.0.1. null');
  expect(filledIn('{"message":$context.error.messageString}')).toBe('{"message":"no"}');
  expect(filledIn('$context.nothing $context.identity $context.constructor $context $1')).toBe('- - - $context $1');
});

test('directives and other variables are found, and are not mistaken for text', () => {
  expect(['#if($a)', '#{end}', '## note', '$input.body', `\${util.escapeJavaScript}`].map(unsupportedPart)).toEqual([
    '#if',
    '#{end',
    '##',
    '$input',
    '${util',
  ]);
  expect(['problems#ending', '#fff', '$5', 'a # b'].map(unsupportedPart)).toEqual(Array(4).fill(undefined));
  expect(unsupportedVariable('#if $stageVariables.a')).toBe('$stageVariables');
  expect(unsupportedVariable('problems#if')).toBeUndefined();
});
