import { randomBytes, randomUUID } from 'node:crypto';
import type { RestApiModel } from '../template/model';
import { headerValue } from './headers';
import type { GatewayRequest } from './request';

/** `$context`, which is also `requestContext` in the events of Lambda functions. */
export interface RequestContext {
  readonly accountId: string;
  readonly apiId: string;
  readonly authorizer?: Readonly<Record<string, string | number>>;
  readonly deploymentId: string;
  readonly domainName: string;
  readonly domainPrefix: string;
  readonly extendedRequestId: string;
  readonly httpMethod: string;
  readonly identity: Identity;
  /** With the base path in front, as the caller wrote it. */
  readonly path: string;
  readonly protocol: string;
  readonly requestId: string;
  readonly requestTime: string;
  readonly requestTimeEpoch: number;
  /** Absent where no resource matches. */
  readonly resourceId?: string;
  readonly resourcePath?: string;
  readonly stage: string;
}

export interface Identity {
  readonly accessKey: null;
  readonly accountId: null;
  readonly apiKey?: string;
  readonly apiKeyId?: string;
  readonly caller: null;
  readonly cognitoAuthenticationProvider: null;
  readonly cognitoAuthenticationType: null;
  readonly cognitoIdentityId: null;
  readonly cognitoIdentityPoolId: null;
  readonly principalOrgId: null;
  readonly sourceIp: string;
  readonly user: null;
  readonly userAgent: string | null;
  readonly userArn: null;
}

export const REGION = 'us-east-1';
export const ACCOUNT_ID = '000000000000';

export interface ContextProps {
  readonly api: RestApiModel;
  readonly request: GatewayRequest;
  readonly path: string;
  readonly domainName: string;
  readonly now: number;
}

export function createContext({ api, request, path, domainName, now }: ContextProps): RequestContext {
  return {
    accountId: ACCOUNT_ID,
    apiId: api.id,
    deploymentId: 'local',
    domainName,
    domainPrefix: domainName.split(/[.:]/)[0] ?? domainName,
    extendedRequestId: randomBytes(11).toString('base64'),
    httpMethod: request.httpMethod,
    identity: {
      accessKey: null,
      accountId: null,
      caller: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: request.sourceIp,
      user: null,
      userAgent: headerValue(request.headers, 'User-Agent') ?? null,
      userArn: null,
    },
    path,
    protocol: request.protocol,
    requestId: randomUUID(),
    requestTime: commonLogTime(now),
    requestTimeEpoch: now,
    stage: api.stageName,
  };
}

/** `10/Oct/2000:13:55:36 +0000` */
export function commonLogTime(now: number): string {
  const [, day, month, year, time] = new Date(now).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

/** X-Ray's format. */
export function createTraceId(now: number): string {
  return `Root=1-${Math.floor(now / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
}
