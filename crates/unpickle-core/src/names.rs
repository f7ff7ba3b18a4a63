//! Python 2 names of what Python 3 keeps elsewhere: one table, as `Lib/_compat_pickle.py`.
//!
//! Python 3 writes protocols 0 to 2 with the Python 2 names, and maps them back when it reads (`fix_imports`).

/// The module as Python 3 calls it.
pub(crate) fn module(module: &str) -> Option<&'static str> {
    Some(match module {
        "__builtin__" | "exceptions" => "builtins",
        "copy_reg" => "copyreg",
        "Queue" => "queue",
        "SocketServer" => "socketserver",
        "ConfigParser" => "configparser",
        "repr" => "reprlib",
        "UserDict" | "UserList" | "UserString" => "collections",
        "StringIO" | "cStringIO" => "io",
        "cPickle" => "pickle",
        "_abcoll" => "collections.abc",
        "thread" => "_thread",
        "dummy_thread" => "_dummy_thread",
        "dbhash" => "dbm.bsd",
        "dumbdbm" => "dbm.dumb",
        "gdbm" => "dbm.gnu",
        "anydbm" | "whichdb" => "dbm",
        "httplib" => "http.client",
        "Cookie" => "http.cookies",
        "cookielib" => "http.cookiejar",
        "BaseHTTPServer" | "SimpleHTTPServer" | "CGIHTTPServer" => "http.server",
        "urlparse" | "urllib" => "urllib.parse",
        "urllib2" => "urllib.request",
        "robotparser" => "urllib.robotparser",
        "xmlrpclib" => "xmlrpc.client",
        "SimpleXMLRPCServer" | "DocXMLRPCServer" => "xmlrpc.server",
        "HTMLParser" => "html.parser",
        "htmlentitydefs" => "html.entities",
        "markupbase" => "_markupbase",
        "commands" => "subprocess",
        "_elementtree" => "xml.etree.ElementTree",
        "test.test_support" => "test.support",
        "Tkinter" => "tkinter",
        "Tix" => "tkinter.tix",
        "ttk" => "tkinter.ttk",
        "Tkconstants" => "tkinter.constants",
        "Dialog" => "tkinter.dialog",
        "FileDialog" | "tkFileDialog" => "tkinter.filedialog",
        "ScrolledText" => "tkinter.scrolledtext",
        "SimpleDialog" | "tkSimpleDialog" => "tkinter.simpledialog",
        "tkColorChooser" => "tkinter.colorchooser",
        "tkCommonDialog" => "tkinter.commondialog",
        "tkFont" => "tkinter.font",
        "tkMessageBox" => "tkinter.messagebox",
        "turtle" => "turtle",
        "winreg" | "_winreg" => "winreg",
        _ => return None,
    })
}

/// Module and name as Python 3 calls them, where the name moved on its own.
pub(crate) fn global(module: &str, name: &str) -> Option<(&'static str, &'static str)> {
    Some(match (module, name) {
        ("__builtin__", "xrange") => ("builtins", "range"),
        ("__builtin__", "unicode" | "basestring") => ("builtins", "str"),
        ("__builtin__", "long") => ("builtins", "int"),
        ("__builtin__", "unichr") => ("builtins", "chr"),
        ("__builtin__", "reduce") => ("functools", "reduce"),
        ("__builtin__", "intern") => ("sys", "intern"),
        ("itertools", "izip") => ("builtins", "zip"),
        ("itertools", "imap") => ("builtins", "map"),
        ("itertools", "ifilter") => ("builtins", "filter"),
        ("itertools", "ifilterfalse") => ("itertools", "filterfalse"),
        ("itertools", "izip_longest") => ("itertools", "zip_longest"),
        ("UserDict", "IterableUserDict") => ("collections", "UserDict"),
        ("exceptions", "StandardError") => ("builtins", "Exception"),
        ("exceptions", "WindowsError") => ("builtins", "OSError"),
        ("exceptions", "EnvironmentError" | "IOError") | ("socket" | "select", "error") => {
            ("builtins", "OSError")
        }
        ("_socket", "socket") => ("socket", "_socketobject"),
        ("whichdb", "whichdb") => ("dbm", "whichdb"),
        ("urllib", "ContentTooShortError") => ("urllib.error", "ContentTooShortError"),
        ("urllib", "getproxies" | "pathname2url" | "urlcleanup" | "urlopen" | "urlretrieve")
        | ("urllib2", "HTTPError" | "URLError") => return moved_urllib(name),
        ("_multiprocessing", "Connection") => ("multiprocessing.connection", "Connection"),
        ("multiprocessing.process", "Process") => ("multiprocessing.context", "Process"),
        ("multiprocessing.forking", "Popen") => ("multiprocessing.popen_fork", "Popen"),
        _ => return None,
    })
}

fn moved_urllib(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "getproxies" => ("urllib.request", "getproxies"),
        "pathname2url" => ("urllib.request", "pathname2url"),
        "urlcleanup" => ("urllib.request", "urlcleanup"),
        "urlopen" => ("urllib.request", "urlopen"),
        "urlretrieve" => ("urllib.request", "urlretrieve"),
        "HTTPError" => ("urllib.error", "HTTPError"),
        "URLError" => ("urllib.error", "URLError"),
        _ => return None,
    })
}

/// Module and name as Python 2 calls them: what Python 3 writes in protocols 0 to 2.
pub(crate) fn python2<'a>(module: &'a str, name: &'a str) -> (&'a str, &'a str) {
    match global2(module, name) {
        Some(moved) => moved,
        None => (module2(module).unwrap_or(module), name),
    }
}

fn module2(module: &str) -> Option<&'static str> {
    Some(match module {
        "builtins" => "__builtin__",
        "copyreg" => "copy_reg",
        "queue" => "Queue",
        "socketserver" => "SocketServer",
        "configparser" => "ConfigParser",
        "reprlib" => "repr",
        "tkinter.filedialog" => "tkFileDialog",
        "tkinter.simpledialog" => "tkSimpleDialog",
        "tkinter.colorchooser" => "tkColorChooser",
        "tkinter.commondialog" => "tkCommonDialog",
        "tkinter.dialog" => "Dialog",
        "tkinter.dnd" => "Tkdnd",
        "tkinter.font" => "tkFont",
        "tkinter.messagebox" => "tkMessageBox",
        "tkinter.scrolledtext" => "ScrolledText",
        "tkinter.constants" => "Tkconstants",
        "tkinter.ttk" => "ttk",
        "tkinter" => "Tkinter",
        "_markupbase" => "markupbase",
        "winreg" => "_winreg",
        "_thread" => "thread",
        "_dummy_thread" => "dummy_thread",
        "dbm.bsd" => "dbhash",
        "dbm.dumb" => "dumbdbm",
        "dbm.ndbm" => "dbm",
        "dbm.gnu" => "gdbm",
        "xmlrpc.client" => "xmlrpclib",
        "xmlrpc.server" => "SimpleXMLRPCServer",
        "http.client" => "httplib",
        "html.entities" => "htmlentitydefs",
        "html.parser" => "HTMLParser",
        "http.cookies" => "Cookie",
        "http.cookiejar" => "cookielib",
        "http.server" => "BaseHTTPServer",
        "test.support" => "test.test_support",
        "subprocess" => "commands",
        "urllib.parse" => "urlparse",
        "urllib.robotparser" => "robotparser",
        "urllib.request" => "urllib2",
        "dbm" => "anydbm",
        "collections.abc" => "_abcoll",
        "_bz2" => "bz2",
        "_dbm" => "dbm",
        "_functools" => "functools",
        "_gdbm" => "gdbm",
        "_pickle" => "pickle",
        _ => return None,
    })
}

fn global2<'a>(module: &str, name: &'a str) -> Option<(&'a str, &'a str)> {
    Some(match (module, name) {
        ("functools", "reduce") => ("__builtin__", name),
        ("sys", "intern") => ("__builtin__", name),
        ("collections", "UserList") => ("UserList", name),
        ("collections", "UserString") => ("UserString", name),
        ("dbm", "whichdb") => ("whichdb", name),
        ("socket", "fromfd") => ("_socket", name),
        ("multiprocessing.connection", "Connection") => ("_multiprocessing", name),
        ("multiprocessing.context", "Process") => ("multiprocessing.process", name),
        ("multiprocessing.popen_fork", "Popen") => ("multiprocessing.forking", name),
        ("urllib.error", "ContentTooShortError") => ("urllib", name),
        (
            "urllib.request",
            "getproxies" | "pathname2url" | "url2pathname" | "urlcleanup" | "urlopen" | "urlretrieve",
        ) => ("urllib", name),
        ("urllib.parse", "quote_plus" | "quote" | "unquote_plus" | "unquote" | "urlencode") => {
            ("urllib", name)
        }
        ("urllib.error", "HTTPError" | "URLError") => ("urllib2", name),
        (
            "builtins",
            "ArithmeticError"
            | "AssertionError"
            | "AttributeError"
            | "BaseException"
            | "BufferError"
            | "BytesWarning"
            | "DeprecationWarning"
            | "EOFError"
            | "EnvironmentError"
            | "Exception"
            | "FloatingPointError"
            | "FutureWarning"
            | "GeneratorExit"
            | "IOError"
            | "ImportError"
            | "ImportWarning"
            | "IndentationError"
            | "IndexError"
            | "KeyError"
            | "KeyboardInterrupt"
            | "LookupError"
            | "MemoryError"
            | "NameError"
            | "NotImplementedError"
            | "OSError"
            | "OverflowError"
            | "PendingDeprecationWarning"
            | "ReferenceError"
            | "RuntimeError"
            | "RuntimeWarning"
            | "StopIteration"
            | "SyntaxError"
            | "SyntaxWarning"
            | "SystemError"
            | "SystemExit"
            | "TabError"
            | "TypeError"
            | "UnboundLocalError"
            | "UnicodeDecodeError"
            | "UnicodeEncodeError"
            | "UnicodeError"
            | "UnicodeTranslateError"
            | "UnicodeWarning"
            | "UserWarning"
            | "ValueError"
            | "Warning"
            | "ZeroDivisionError",
        ) => ("exceptions", name),
        (
            "multiprocessing.context",
            "AuthenticationError" | "BufferTooShort" | "ProcessError" | "TimeoutError",
        ) => ("multiprocessing", name),
        ("_functools", "reduce") => ("__builtin__", name),
        ("tkinter.filedialog", "FileDialog" | "LoadFileDialog" | "SaveFileDialog") => ("FileDialog", name),
        ("tkinter.simpledialog", "SimpleDialog") => ("SimpleDialog", name),
        (
            "xmlrpc.server",
            "ServerHTMLDoc"
            | "XMLRPCDocGenerator"
            | "DocXMLRPCRequestHandler"
            | "DocXMLRPCServer"
            | "DocCGIXMLRPCRequestHandler",
        ) => ("DocXMLRPCServer", name),
        ("http.server", "SimpleHTTPRequestHandler") => ("SimpleHTTPServer", name),
        ("http.server", "CGIHTTPRequestHandler") => ("CGIHTTPServer", name),
        ("builtins", "range") => ("__builtin__", "xrange"),
        ("builtins", "chr") => ("__builtin__", "unichr"),
        ("builtins", "str") => ("__builtin__", "unicode"),
        ("builtins", "int") => ("__builtin__", "long"),
        ("builtins", "zip") => ("itertools", "izip"),
        ("builtins", "map") => ("itertools", "imap"),
        ("builtins", "filter") => ("itertools", "ifilter"),
        ("itertools", "filterfalse") => ("itertools", "ifilterfalse"),
        ("itertools", "zip_longest") => ("itertools", "izip_longest"),
        ("collections", "UserDict") => ("UserDict", "IterableUserDict"),
        ("_socket", "socket") => ("socket", "_socketobject"),
        (
            "builtins",
            "BrokenPipeError"
            | "ChildProcessError"
            | "ConnectionAbortedError"
            | "ConnectionError"
            | "ConnectionRefusedError"
            | "ConnectionResetError"
            | "FileExistsError"
            | "FileNotFoundError"
            | "InterruptedError"
            | "IsADirectoryError"
            | "NotADirectoryError"
            | "PermissionError"
            | "ProcessLookupError"
            | "TimeoutError",
        ) => ("exceptions", "OSError"),
        ("builtins", "ModuleNotFoundError") => ("exceptions", "ImportError"),
        _ => return None,
    })
}
