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
