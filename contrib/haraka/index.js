'use strict'
// MTA-STS (RFC 8461) for mail that Haraka sends. Before each delivery attempt strictmx is asked
// what the domain's policy allows; under an enforce policy mail goes only to these hosts, over TLS
// with a trusted certificate for the host's own name. No answer, or none that can be read: the
// mail waits. Haraka knows no DANE, so strictmx is asked without it.

// Haraka runs plugins in a context of their own: what is not named here may not be there, and an error
// from outside is no instance of the Error in here.
const http = require('node:http')
const { clearTimeout, setTimeout } = require('node:timers')

const MAX_ANSWER = 1 << 20

exports.register = function () {
    this.load_strictmx_ini()
    this.register_hook('get_mx', 'strictmx_get_mx')
    this.register_hook('delivered', 'strictmx_delivered')
    this.register_hook('deferred', 'strictmx_deferred')
}

exports.load_strictmx_ini = function () {
    const ini = this.config.get('strictmx.ini', { booleans: ['+main.report'] }, () => {
        this.load_strictmx_ini()
    })
    const { api = '/run/strictmx/api.sock', timeout = 10, report = true } = ini.main
    this.strictmx = { ...target_of(String(api)), timeout: Number(timeout) * 1000, report }
}

function target_of(api) {
    if (api.startsWith('/')) return { socketPath: api }
    const colon = api.lastIndexOf(':')
    return { host: api.slice(0, colon), port: Number(api.slice(colon + 1)) }
}

// One request, one JSON object. Rejects when there is no whole answer in time.
exports.strictmx_request = function (method, path, body) {
    const { timeout, report, ...target } = this.strictmx
    return new Promise((resolve, reject) => {
        const request = http.request({ ...target, method, path, agent: false })
        const timer = setTimeout(() => request.destroy(new Error('no answer in time')), timeout)
        request.on('close', () => {
            clearTimeout(timer)
            reject(new Error('no whole answer'))  // without effect after another outcome
        })
        request.on('error', reject)
        request.on('response', (response) => {
            let text = ''
            response.setEncoding('utf8')
            response.on('data', (part) => {
                text += part
                if (text.length > MAX_ANSWER) request.destroy(new Error('answer too long'))
            })
            response.on('error', reject)
            response.on('end', () => {
                if (!response.complete) return
                try {
                    resolve({ status: response.statusCode, json: JSON.parse(text) })
                } catch (error) {
                    reject(error)
                }
            })
        })
        request.end(body)
    })
}

// What an answer means: { hosts } under an enforce policy, {} as without one, else { defer: reason }.
exports.strictmx_verdict = function ({ status, json }) {
    if (status !== 200) return { defer: json.reason || `strictmx answers ${status}` }
    if (json.rule === 'none' || json.rule === 'testing') return {}
    if (json.rule !== 'enforce' && json.rule !== 'enforce_pattern') {
        return { defer: `rule ${json.rule} is not for an MTA without DANE` }
    }
    const hosts = json.mx.filter((mx) => mx.allowed === true && mx.tls === 'pkix').map((mx) => mx.host)
    return hosts.length > 0 ? { hosts } : { defer: 'no MX host can be named' }
}

exports.strictmx_get_mx = async function (next, hmail, domain) {
    let verdict
    try {
        const path = `/v1/policy/${encodeURIComponent(domain)}?dane=off`
        verdict = this.strictmx_verdict(await this.strictmx_request('GET', path))
    } catch (error) {
        verdict = { defer: error.message }
    }
    if (verdict.defer) {
        this.logerror(`${domain}: ${verdict.defer}`)
        return next(DENYSOFT, `strictmx: ${verdict.defer}`)
    }
    if (!verdict.hosts) return next()
    // Haraka then wants STARTTLS, a trusted certificate and the host's name in it.
    hmail.get_force_tls = () => true
    next(OK, verdict.hosts.map((exchange, index) => ({ priority: (index + 1) * 10, exchange })))
}

// Haraka's errors in the words of RFC 8460 section 4.3; undefined: nothing that TLS is to blame for.
exports.strictmx_result = function (error) {
    const text = String(error || '')
    if (/No TLS available but required/i.test(text)) return 'starttls-not-supported'
    if (/ALTNAME_INVALID|altnames/.test(text)) return 'certificate-host-mismatch'
    if (/CERT_HAS_EXPIRED|certificate has expired/.test(text)) return 'certificate-expired'
    if (/SELF_SIGNED|self.signed|UNABLE_TO_(GET|VERIFY)|local issuer/.test(text)) {
        return 'certificate-not-trusted'
    }
    if (/SSL|TLS|EPROTO/.test(text)) return 'validation-failure'
    return undefined
}

exports.strictmx_tell = async function (session) {
    if (!this.strictmx.report) return
    try {
        await this.strictmx_request('POST', '/v1/session', JSON.stringify({ mta: 'haraka', ...session }))
    } catch (error) {
        this.logdebug(`session not reported: ${error.message}`)
    }
}

exports.strictmx_delivered = async function (next, hmail, params) {
    const [host, address, , , , , , secured] = params
    if (secured) {
        await this.strictmx_tell({
            domain: hmail.todo.domain, result: 'success', host: String(host), address: String(address),
        })
    }
    next()
}

exports.strictmx_deferred = async function (next, hmail, params) {
    const result = this.strictmx_result(params?.err)
    if (result) {
        await this.strictmx_tell({ domain: hmail.todo.domain, result, reason: String(params.err).slice(0, 200) })
    }
    next()
}
