// SPDX-License-Identifier: Apache-2.0
package dev.myna.cli.serve;

/**
 * A request that is answered with an error: what the client is told, and nothing else. Types and codes are OpenAI's where it has
 * one for the case.
 */
final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final String INVALID = "invalid_request_error";

    private final int status;
    private final String type;
    private final String param;
    private final String code;
    private final int retryAfterSeconds;

    private ApiException(int status, String type, String param, String code, int retryAfterSeconds, String message) {
        super(message);
        this.status = status;
        this.type = type;
        this.param = param;
        this.code = code;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /**
     * 400.
     *
     * @param param path of the field that is wrong, or null
     */
    static ApiException invalid(String param, String code, String message) {
        return new ApiException(400, INVALID, param, code, 0, message);
    }

    /** 400 for a value that is not allowed. */
    static ApiException value(String param, String message) {
        return invalid(param, "invalid_value", message);
    }

    /** 401. */
    static ApiException unauthorized(String code, String message) {
        return new ApiException(401, "authentication_error", null, code, 0, message);
    }

    /** 403. */
    static ApiException forbidden(String code, String message) {
        return new ApiException(403, "permission_error", null, code, 0, message);
    }

    /**
     * 404.
     *
     * @param param the field that names what is not there, or null for the path
     */
    static ApiException notFound(String param, String code, String message) {
        return new ApiException(404, "not_found_error", param, code, 0, message);
    }

    /** 405. */
    static ApiException method(String allowed) {
        return new ApiException(405, INVALID, null, "method_not_allowed", 0, "this path answers " + allowed + " only");
    }

    /** 413. */
    static ApiException tooLarge(String message) {
        return new ApiException(413, INVALID, null, "request_too_large", 0, message);
    }

    /** 429: too many requests at once. */
    static ApiException busy(String message) {
        return new ApiException(429, "rate_limit_error", null, "server_busy", 1, message);
    }

    /** 500. */
    static ApiException internal(String message) {
        return new ApiException(500, "server_error", null, "internal_error", 0, message);
    }

    /** 503. */
    static ApiException unavailable(String code, int retryAfterSeconds, String message) {
        return new ApiException(503, "unavailable_error", null, code, retryAfterSeconds, message);
    }

    int status() {
        return status;
    }

    String type() {
        return type;
    }

    /** Path of the field, or null. */
    String param() {
        return param;
    }

    String code() {
        return code;
    }

    /** 0 for none. */
    int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
