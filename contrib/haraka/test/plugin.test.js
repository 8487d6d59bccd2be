'use strict'
const assert = require('node:assert')
const fs = require('node:fs')
const http = require('node:http')
const os = require('node:os')
const path = require('node:path')
const { afterEach, beforeEach, test } = require('node:test')

const vm = require('node:vm')

// As Haraka does it: the plugin runs in a context that has only what it is given.
const OK = 906
const DENYSOFT = 903
const plugin = {}
const file = path.join(__dirname, '..', 'index.js')
vm.runInNewContext(fs.readFileSync(file, 'utf8'), { require, exports: plugin, OK, DENYSOFT }, file)

let folder, server, requests, answer

beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'haraka-strictmx-'))
    requests = []
    answer = (request, response) => response.end('{}')
    server = http.createServer((request, response) => {
        let body = ''
        request.on('data', (part) => (body += part))
        request.on('end', () => {
            requests.push(`${request.method} ${request.url} ${body}`.trim())
            answer(request, response)
        })
    })
    await new Promise((done) => server.listen(path.join(folder, 'api.sock'), done))
})

afterEach(() => {
    server.closeAllConnections()
    server.close()
    fs.rmSync(folder, { recursive: true })
})

function instance(settings = {}) {
    const main = { api: path.join(folder, 'api.sock'), timeout: 5, report: true, ...settings }
    const self = {
        ...plugin,
        config: { get: () => ({ main }) },
        hooks: [],
        register_hook(hook) { this.hooks.push(hook) },
        logerror() {},
        logdebug() {},
    }
    self.register()
    return self
}

function says(status, json) {
    answer = (request, response) => {
        response.statusCode = status
        response.end(JSON.stringify(json))
    }
}

async function get_mx(self, hmail = {}) {
    const given = []
    await self.strictmx_get_mx((...args) => given.push(args), hmail, 'Example.com')
    assert.strictEqual(given.length, 1)
    return given[0]
}

const ENFORCE = {
    rule: 'enforce',
    mx: [
        { host: 'mx1.example.com', allowed: true, tls: 'pkix' },
        { host: 'evil.example', allowed: false, tls: 'pkix' },
        { host: 'mx2.example.com', allowed: true, tls: 'pkix' },
    ],
}

test('registers its hooks', () => {
    assert.deepStrictEqual(instance().hooks, ['get_mx', 'delivered', 'deferred'])
})

test('under an enforce policy: the allowed hosts in their order, TLS by force', async () => {
    says(200, ENFORCE)
    const hmail = { get_force_tls: () => false }
    assert.deepEqual(await get_mx(instance(), hmail), [
        OK,
        [{ priority: 10, exchange: 'mx1.example.com' }, { priority: 20, exchange: 'mx2.example.com' }],
    ])
    assert.strictEqual(hmail.get_force_tls(), true)
    assert.deepStrictEqual(requests, ['GET /v1/policy/Example.com?dane=off'])
})

test('without a policy Haraka goes on as ever', async () => {
    for (const rule of ['none', 'testing']) {
        says(200, { rule, mx: [] })
        const hmail = {}
        assert.deepEqual(await get_mx(instance(), hmail), [])
        assert.deepStrictEqual(hmail, {})
    }
})

test('everything else defers', async () => {
    const cases = [
        () => says(503, { rule: 'defer', reason: 'no MX host is listed' }),
        () => says(200, { rule: 'enforce', mx: [ENFORCE.mx[1]] }),
        () => says(200, { rule: 'enforce_pattern', mx: [] }),
        () => says(200, { rule: 'dane', mx: [{ host: 'a', allowed: true, tls: 'dane' }] }),
        () => says(200, {}),
        () => says(200, { rule: 'enforce' }),
        () => { answer = (request, response) => response.end('mode=none') },
        () => { answer = (request, response) => response.end() },
        () => { answer = (request) => request.socket.destroy() },
        () => {
            answer = (request, response) => {
                response.setHeader('content-length', 100)
                response.write('{"rule":"none"}')
                setImmediate(() => request.socket.destroy())
            }
        },
    ]
    for (const arrange of cases) {
        arrange()
        const [code, reason] = await get_mx(instance())
        assert.strictEqual(code, DENYSOFT)
        assert.match(reason, /^strictmx: ./)
    }
})

test('nobody there and no answer in time defer', async () => {
    assert.strictEqual((await get_mx(instance({ api: path.join(folder, 'nobody') })))[0], DENYSOFT)
    answer = () => {}
    assert.strictEqual((await get_mx(instance({ timeout: 0.05 })))[0], DENYSOFT)
})

test('an endless answer is cut off', async () => {
    answer = (request, response) => response.end('x'.repeat(2 << 20))
    assert.strictEqual((await get_mx(instance()))[0], DENYSOFT)
})

test('sessions are told to strictmx', async () => {
    const self = instance()
    const hmail = { todo: { domain: 'example.com' } }
    let gone_on = 0
    const next = () => gone_on++
    await self.strictmx_delivered(next, hmail, ['mx1.example.com', '192.0.2.1', 'ok', 1, 25, 'SMTP', [], true])
    await self.strictmx_delivered(next, hmail, ['mx1.example.com', '192.0.2.1', 'ok', 1, 25, 'SMTP', [], false])
    await self.strictmx_deferred(next, hmail, { err: 'CERT_HAS_EXPIRED' })
    await self.strictmx_deferred(next, hmail, { err: '452 mailbox full' })
    assert.strictEqual(gone_on, 4)
    assert.deepStrictEqual(requests.map((line) => JSON.parse(line.split(' ').slice(2).join(' '))), [
        { mta: 'haraka', domain: 'example.com', result: 'success', host: 'mx1.example.com', address: '192.0.2.1' },
        { mta: 'haraka', domain: 'example.com', result: 'certificate-expired', reason: 'CERT_HAS_EXPIRED' },
    ])
})

test('an unreachable strictmx does not hold a delivered mail', async () => {
    const self = instance({ api: path.join(folder, 'nobody') })
    let gone_on = 0
    await self.strictmx_deferred(() => gone_on++, { todo: { domain: 'a.example' } }, { err: 'EPROTO' })
    assert.strictEqual(gone_on, 1)
})

test('errors in the words of RFC 8460', () => {
    const rows = {
        'No TLS available but required by configuration': 'starttls-not-supported',
        ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-host-mismatch',
        CERT_HAS_EXPIRED: 'certificate-expired',
        DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate-not-trusted',
        UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate-not-trusted',
        'EPROTO wrong version number': 'validation-failure',
        'connection refused': undefined,
    }
    for (const [error, result] of Object.entries(rows)) {
        assert.strictEqual(plugin.strictmx_result(error), result, error)
    }
})

test('host:port instead of a path', () => {
    assert.deepEqual(
        { ...instance({ api: '127.0.0.1:8464' }).strictmx },
        { host: '127.0.0.1', port: 8464, timeout: 5000, report: true },
    )
})
