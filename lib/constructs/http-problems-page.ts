import { ContentHandling, type IResource, MockIntegration, PassthroughBehavior } from 'aws-cdk-lib/aws-apigateway';
import { problemTypes } from '../../lambdas/domain/http/problems.ts';

const title = 'Problem types of the HTTP API';

/** One page with an entry for each problem type. The `type` of a problem is its address. */
export function problemsPage(): string {
  const entries = Object.entries(problemTypes).map(([name, { status, title: heading, meaning, fix }]) =>
    [
      `<h2 id="${name}">${status} ${textOf(heading)}</h2>`,
      `<p><code>${name}</code></p>`,
      `<p>${textOf(meaning)}</p>`,
      `<p><b>Fix.</b> ${textOf(fix)}</p>`,
    ].join('\n'),
  );
  const head = `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${title}</title></head>`;
  const page = [head, '<body>', `<h1>${title}</h1>`, ...entries, '</body>', '</html>', ''].join('\n');
  // API Gateway reads the page as a template, in which these signs begin a variable or a directive.
  if (/[$#]/.test(page)) throw new Error('The page of problem types must hold no $ and no #.');
  return page;
}

/** Text as HTML. What is in backticks becomes code. */
const textOf = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/`([^`]*)`/g, '<code>$1</code>');

/** Serves the page without a function. Anybody may read it: it repeats the docs. */
export function addProblemsPage(resource: IResource): void {
  const integration = new MockIntegration({
    requestTemplates: { 'application/json': '{"statusCode":200}' },
    // Without a body, every request counts as JSON. One with another type of body gets 415.
    passthroughBehavior: PassthroughBehavior.NEVER,
    // All media types are binary (http-api.ts). A template needs text.
    contentHandling: ContentHandling.CONVERT_TO_TEXT,
    integrationResponses: [
      {
        statusCode: '200',
        contentHandling: ContentHandling.CONVERT_TO_TEXT,
        responseParameters: {
          'method.response.header.Content-Type': "'text/html; charset=utf-8'",
          'method.response.header.Cache-Control': "'max-age=300'",
          'method.response.header.X-Content-Type-Options': "'nosniff'",
        },
        responseTemplates: { 'text/html': problemsPage() },
      },
    ],
  });
  resource.addMethod('GET', integration, {
    methodResponses: [
      {
        statusCode: '200',
        responseParameters: {
          'method.response.header.Content-Type': true,
          'method.response.header.Cache-Control': true,
          'method.response.header.X-Content-Type-Options': true,
        },
      },
    ],
  });
}
