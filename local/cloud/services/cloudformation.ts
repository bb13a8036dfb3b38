import { randomUUID } from 'node:crypto';
import { type Deployment, stackId } from '../assembly/deployment.ts';
import type { ServiceRequest, ServiceResponse } from './wire.ts';

/** CloudFormation: `DescribeStacks` alone, so that a program reads a stack's outputs here as it does on AWS. */
export function serveCloudFormation(request: ServiceRequest, deployment: Deployment, createdAt: Date): ServiceResponse {
  const parameters = new URLSearchParams(request.body);
  const action = parameters.get('Action') ?? '';
  const headers = { 'content-type': 'text/xml' };
  const refuse = (code: string, message: string): ServiceResponse => ({
    status: 400,
    headers,
    body: element(
      'ErrorResponse',
      element('Error', element('Type', 'Sender') + element('Code', code) + element('Message', escapeXml(message))) +
        element('RequestId', randomUUID()),
    ),
  });
  if (action !== 'DescribeStacks') return refuse('InvalidAction', `${action} is not carried out here`);
  const wanted = parameters.get('StackName');
  const names = deployment.stackNames.filter((name) => [null, name, stackId(name, deployment.place)].includes(wanted));
  if (names.length === 0) return refuse('ValidationError', `Stack with id ${wanted} does not exist`);
  const stacks = names.map((name) => describeStack(name, deployment, createdAt));
  return {
    status: 200,
    headers,
    body: element(
      'DescribeStacksResponse',
      element('DescribeStacksResult', element('Stacks', members(stacks))) +
        element('ResponseMetadata', element('RequestId', randomUUID())),
    ),
  };
}

function describeStack(name: string, deployment: Deployment, createdAt: Date): string {
  const outputs = deployment
    .outputs(name)
    .map(
      ({ key, value, description, exportName }) =>
        element('OutputKey', escapeXml(key)) +
        element('OutputValue', escapeXml(value)) +
        (description === undefined ? '' : element('Description', escapeXml(description))) +
        (exportName === undefined ? '' : element('ExportName', escapeXml(exportName))),
    );
  return (
    element('StackName', escapeXml(name)) +
    element('StackId', escapeXml(stackId(name, deployment.place))) +
    element('CreationTime', createdAt.toISOString()) +
    element('StackStatus', 'CREATE_COMPLETE') +
    element('Outputs', members(outputs))
  );
}

function members(contents: readonly string[]): string {
  return contents.map((content) => element('member', content)).join('');
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
